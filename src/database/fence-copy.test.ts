import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import example from '../storage/fixtures/reel.json';
import type { ReelHead, ReelRecord } from '../domain/reel';
import type { ClaimAnswer } from './claims';
import { type Database, openDatabase } from './database';
import { fenceCopy } from './fence-copy';

let folder: string;
let database: Database;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fence-'));
  database = await openDatabase({ file: join(folder, 'reels.db') });
});
afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const AT = '2026-12-01T00:00:00.000Z';
const ENTRY = { claimedAt: AT, sendBefore: AT, answerBefore: AT, sender: 'host' };
const idOf = (letter: string) => letter.repeat(26);

async function reel(letter: string, status: string, ...answers: readonly (ClaimAnswer | undefined)[]) {
  const id = idOf(letter);
  const head = { ...example.head, id } as unknown as ReelHead;
  await database.writeRecord({
    ...example,
    workflowId: `reel-${id}`,
    head,
    state: { ...example.state, status },
  } as unknown as ReelRecord);
  for (const [i, answer] of answers.entries()) {
    const key = { reelId: id, generation: 1, number: i + 1 };
    await database.claims.claim(key, ENTRY);
    if (answer) await database.claims.answer(key, answer);
  }
  return id;
}

test('the next submit of each unfinished reel is claimed, and of no other', async () => {
  const created = await reel('a', 'in_progress', { kind: 'created', at: AT, runwayTaskId: 'task-1' });
  const refused = await reel('b', 'in_progress', { kind: 'refused', at: AT, failure: null });
  const queued = await reel('c', 'queued');
  const ended = await reel('d', 'failed');
  expect(await database.change('fence', (on) => fenceCopy(on, AT))).toBe(3);
  const bare = { kind: 'claimed', entry: { answerBefore: AT } };
  const read = (reelId: string, generation: number, number: number) =>
    database.claims.read({ reelId, generation, number });
  expect(await read(created, 2, 1)).toMatchObject(bare);
  expect(await read(refused, 1, 2)).toMatchObject(bare);
  expect(await read(queued, 1, 1)).toMatchObject(bare);
  expect(await database.claims.list(ended)).toEqual([]);
});
