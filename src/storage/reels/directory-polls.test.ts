import { mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createDirectoryPolls } from './directory-polls';
import { createPaths } from '../paths';

const TURN = { reelId: 'a'.repeat(26), generation: 1, spacingMs: 60_000 };

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'polls-'));
});
afterEach(() => rm(root, { recursive: true }));

/** @param ms how long ago the last poll was. */
async function afterPoll(ms: number) {
  const paths = createPaths(root);
  const path = paths.lastPoll(TURN.reelId, TURN.generation);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '');
  const at = new Date(Date.now() - ms);
  await utimes(path, at, at);
  return { path, polls: createDirectoryPolls(paths) };
}

test('whoever comes too soon is told how long to wait', async () => {
  const { polls } = await afterPoll(20_000);
  const wait = await polls.takePollTurn(TURN);
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(40_000);
});

test('after the spacing the turn is taken', async () => {
  const { polls } = await afterPoll(60_000);
  expect(await polls.takePollTurn(TURN)).toBe(0);
  expect(await polls.takePollTurn(TURN)).toBeGreaterThan(0);
});

test('a clock that was set back by an hour holds a poll up by one spacing, not by an hour', async () => {
  const { path, polls } = await afterPoll(-3_600_000);
  expect(await polls.takePollTurn(TURN)).toBe(TURN.spacingMs);
  const { mtimeMs } = await stat(path);
  expect(mtimeMs).toBeLessThanOrEqual(Date.now());
});

test('the lock of a process that died before the clock was set back holds nobody up', async () => {
  const { path, polls } = await afterPoll(60_000);
  await writeFile(`${path}.lock`, '');
  const later = new Date(Date.now() + 3_600_000);
  await utimes(`${path}.lock`, later, later);
  expect(await polls.takePollTurn(TURN)).toBeGreaterThan(0);
  expect(await polls.takePollTurn(TURN)).toBe(0);
});
