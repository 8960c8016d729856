import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type CommandResult, runCommand } from '../../../src/local/processes/run-command';
import { installSchemathesis } from './install';

/** Fuzzes the API at `url` by its own /openapi.json. `ok`: nothing was found. */
export async function runSchemathesis(
  url: string,
  options: { key: string; seed: number; examples: number; timeoutMs: number },
): Promise<CommandResult> {
  const packages = await installSchemathesis();
  // It keeps what it found in the folder in which it runs.
  const folder = await mkdtemp(path.join(tmpdir(), 'reels-fuzz-'));
  const { key, seed, examples, timeoutMs } = options;
  const args = [
    ['run', `${url}/openapi.json`, '--url', url],
    ['--header', `Authorization: Bearer ${key}`],
    ['--seed', String(seed), '--max-examples', String(examples), '--no-shrink', '--continue-on-failure'],
    // A request can be right by its schema and wrong for the model that it names. Wrong keys end in a 429, and
    // api-access.test.ts tries all routes without one.
    ['--exclude-checks', 'positive_data_acceptance,ignored_auth'],
    ['--request-timeout', '15', '--warnings', 'off', '--no-color'],
  ].flat();
  try {
    const env = { ...process.env, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1', COLUMNS: '120' };
    return await runCommand('python3', ['-c', IN_FOLDER, folder, ...args], { timeoutMs, env });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const IN_FOLDER =
  'import os, sys; os.chdir(sys.argv.pop(1)); from schemathesis.cli import schemathesis; schemathesis()';
