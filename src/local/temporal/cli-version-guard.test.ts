import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guardCliVersion, OlderCliError } from './cli-version-guard';

const cli = (version: string) =>
  ({ path: '/opt/temporal', version, source: 'TEMPORAL_CLI_PATH', pinned: false }) as const;

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'version-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

test('the data folder remembers the newest CLI that used it', () => {
  for (const version of ['1.9.1', '1.9.1', '1.10.0']) guardCliVersion(dataDir, cli(version));
  expect(readFileSync(join(dataDir, 'temporal.version'), 'utf8')).toBe('1.10.0\n');
});

test('an older CLI is refused with the reason and the way out', () => {
  guardCliVersion(dataDir, cli('1.9.1'));
  const start = () => guardCliVersion(dataDir, cli('1.6.2'));
  expect(start).toThrow(OlderCliError);
  expect(start).toThrow(
    /1\.6\.2, but .*temporal\.db was last used by 1\.9\.1: an older server can damage it/,
  );
  expect(start).toThrow(/unset TEMPORAL_CLI_PATH/);
});
