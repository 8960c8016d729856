import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { runCommand } from '../../../src/local/processes/run-command';

const REQUIREMENTS = path.join(__dirname, 'requirements.txt');
const PIP = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'];
const TIMEOUT_MS = 5 * 60_000;

/**
 * Installs Schemathesis into the cache of this user, once for each set of versions and each Python.
 *
 * @returns the folder for PYTHONPATH.
 * @throws Error that says what is missing.
 */
export async function installSchemathesis(): Promise<string> {
  const { ok, output } = await runCommand(
    'python3',
    ['-c', 'import sys; print(sys.implementation.cache_tag)'],
    {
      timeoutMs: 30_000,
    },
  );
  if (!ok) throw new Error(`The contract test needs Python 3.10 or newer with pip: ${output}`);
  const cache = path.join(process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'durable-reels');
  const versions = createHash('sha256')
    .update(await readFile(REQUIREMENTS))
    .digest('hex')
    .slice(0, 12);
  const folder = path.join(cache, `schemathesis-${versions}-${output}-${process.platform}-${process.arch}`);
  if (!existsSync(folder)) await fill(folder);
  return folder;
}

/** The folder appears whole, by a rename: an installation that was broken off is never used. */
async function fill(folder: string): Promise<void> {
  await mkdir(path.dirname(folder), { recursive: true });
  const target = await mkdtemp(path.join(path.dirname(folder), '.schemathesis-'));
  try {
    const args = [...PIP, '--target', target, '--requirement', REQUIREMENTS];
    const { ok, output } = await runCommand('python3', args, { timeoutMs: TIMEOUT_MS });
    if (!ok)
      throw new Error(`Schemathesis could not be installed from PyPI with pip: ${output.slice(-2_000)}`);
    await rename(target, folder).catch((error: unknown) => {
      // Another process was faster.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}
