import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReelRecord } from '../domain/reel';
import example from '../storage/fixtures/reel.json';
import { type Database, openDatabase } from './database';

let folder: string;
let file: string;
let database: Database | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'damage-'));
  file = join(folder, 'reels.db');
});
afterEach(async () => {
  await database?.close();
  rmSync(folder, { recursive: true });
});

/** More than SQLite keeps in memory. */
const REELS = 300;
const idOf = (i: number) =>
  i
    .toString(6)
    .replaceAll(/\d/g, (digit) => 'abcdef'[Number(digit)] ?? '')
    .padStart(26, 'a');

async function fill(): Promise<void> {
  const filled = await openDatabase({ file });
  for (let i = 0; i < REELS; i += 1) {
    const head = { ...example.head, id: idOf(i), note: 'x'.repeat(20_000) };
    await filled.writeRecord({ ...example, head } as unknown as ReelRecord);
  }
  await filled.close();
}

/** Writes over all but the first pages, as a failing disk may. */
function damage(): void {
  const handle = openSync(file, 'r+');
  const from = 200_000;
  writeSync(handle, Buffer.alloc(statSync(file).size - from, 7), 0, undefined, from);
  closeSync(handle);
}

test('damage that is met at work stops submits in this process, and is told by the probe', async () => {
  await fill();
  database = await openDatabase({ file });
  const { claims, probeDatabase } = database;
  await probeDatabase();
  damage();
  const at = new Date().toISOString();
  const readAll = async () => {
    for (let i = 0; i < REELS; i += 1) await database?.readRecord(idOf(i));
  };
  await expect(readAll()).rejects.toThrow(/the database is damaged/);
  const entry = { claimedAt: at, sendBefore: at, answerBefore: at, sender: 'host' };
  const key = { reelId: idOf(0), generation: 1, number: 1 };
  await expect(claims.claim(key, entry)).rejects.toThrow(/Nothing is submitted: the database is damaged/);
  await expect(claims.voidClaim(key)).rejects.toMatchObject({ code: 'disk' });
  await expect(probeDatabase()).rejects.toThrow(/Nothing is submitted/);
});

test('a damaged database is not opened', async () => {
  await fill();
  damage();
  await expect(openDatabase({ file })).rejects.toThrow(/is damaged/);
});
