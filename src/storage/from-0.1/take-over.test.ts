import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENTRY, head, ID, idOf, lay, layOldFiles, record, tombstone } from '../../../test/support/old-files';
import { openStorage, type Storage } from '../storage';

let root: string;
let said: string[];
const opened: Storage[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'from-0.1-'));
  said = [];
});
afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close();
  rmSync(root, { recursive: true });
});

async function open(): Promise<Storage> {
  const storage = await openStorage({ root, say: (line) => said.push(line) });
  opened.push(storage);
  return storage;
}

test('all that 0.1.0 kept is in the database, and reads as it did', async () => {
  layOldFiles(root);
  const storage = await open();
  expect(await storage.readOrder(ID)).toEqual(head(ID));
  expect(await storage.readRecord(ID)).toEqual(record(ID));
  expect(await storage.readRemakes(ID)).toEqual([idOf('c'), idOf('b')]);
  expect(await storage.readEvent(ID, 'msg_1')).toMatchObject({ id: 'msg_1' });
  expect(await storage.readTombstone(idOf('d'))).toEqual(tombstone(idOf('d')));
  expect(await storage.readDeletion(idOf('e'))).toEqual(tombstone(idOf('e')));
  expect(await storage.isSessionEnded('2'.repeat(64))).toBe(true);
  expect(await storage.signingKey()).toEqual(Buffer.alloc(32, 7));
  expect(await storage.openVideo(ID, 1)).toMatchObject({ bytes: 7 });
  const ids: string[] = [];
  for await (const id of storage.reelIds()) ids.push(id);
  expect(ids.sort()).toEqual([ID, idOf('d'), idOf('e')]);
  // Spent: 60; set aside: 30; one that cannot be read counts as the greatest, for any client.
  expect(await storage.ledger.committed(new Date())).toBe(60 + 30 + 80);
  expect(await storage.ledger.committed(new Date(), 'nobody')).toBe(80);
  expect(await storage.ledger.list(new Date(0))).toHaveLength(2);
  expect(await storage.ledger.find(ID, 1)).toMatchObject({ reserved: 80, settled: { charged: 60 } });
});

test('a claim is a claim, whatever became of its file', async () => {
  layOldFiles(root);
  const { claims } = await open();
  const read = (generation: number, number = 1) => claims.read({ reelId: ID, generation, number });
  expect(await read(1)).toEqual({ kind: 'claimed', entry: ENTRY });
  expect(await read(1, 2)).toEqual({ kind: 'void' });
  expect(await read(2)).toMatchObject({ answer: { kind: 'created', runwayTaskId: 'task-1' } });
  expect(await read(3)).toEqual({ kind: 'claimed', entry: ENTRY });
  expect(await read(4)).toMatchObject({
    kind: 'claimed',
    entry: { answerBefore: '2026-11-30T12:10:00.000Z' },
  });
  expect(await claims.voidClaim({ reelId: ID, generation: 4, number: 1 })).toBe(false);
  expect(await claims.takeTask('task-9', { reelId: idOf('e'), generation: 1 })).toEqual({
    reelId: ID,
    generation: 5,
  });
  await claims.releaseTask('task-9');
  expect(await claims.takeTask('task-9', { reelId: idOf('e'), generation: 1 })).toMatchObject({
    generation: 1,
  });
});

test('what cannot be read is told, and goes on being refused', async () => {
  layOldFiles(root);
  const id = idOf('f');
  for (const name of ['order.json', 'reel.json', 'deleted.json']) lay(root, `reels/${id}/${name}`, '');
  const storage = await open();
  for (const read of [storage.readOrder(id), storage.readRecord(id), storage.readTombstone(id)]) {
    await expect(read).rejects.toMatchObject({ code: 'bad_record' });
  }
  for (const file of [
    `${id}/order.json`,
    `${id}/reel.json`,
    `${id}/deleted.json`,
    `${ID}/claims/4.1`,
    'ledger-1/0/2',
  ]) {
    expect(said.join('\n')).toContain(`${file} cannot be read`);
  }
});

test('the files are kept aside, but for videos and images; 0.1.0 finds a file where its ledger was', async () => {
  layOldFiles(root);
  await open();
  expect(readdirSync(root).sort()).toEqual(
    expect.arrayContaining(['inputs', 'kept-from-0.1', 'ledger', 'reels', 'reels.db']),
  );
  expect(readdirSync(join(root, 'reels', ID))).toEqual(['generation-1.mp4']);
  const [kept = ''] = readdirSync(join(root, 'kept-from-0.1'));
  expect(readdirSync(join(root, 'kept-from-0.1', kept)).sort()).toEqual([
    'adopted-tasks',
    'ended-sessions',
    'image-uses',
    'ledger-1',
    'reels',
    'signing.key',
  ]);
  expect(() => mkdirSync(join(root, 'ledger', '0'), { recursive: true })).toThrow();
  said = [];
  const again = await open();
  expect(said).toEqual([]);
  expect(await again.readOrder(ID)).toEqual(head(ID));
  await again.writeTombstone(tombstone(ID) as never);
  await again.eraseReel(ID);
  expect(existsSync(join(root, 'kept-from-0.1', kept, 'reels', ID))).toBe(false);
});

test('of several that are opened at once one moves, and all have everything', async () => {
  layOldFiles(root);
  const all = await Promise.all([open(), open(), open()]);
  for (const storage of all) expect(await storage.readOrder(ID)).toEqual(head(ID));
  expect(said.filter((line) => line.startsWith('3 reels'))).toHaveLength(1);
  expect(await all[0]?.ledger.committed(new Date())).toBe(170);
});

test('a new folder is not searched twice, and a database that is gone is not begun anew in silence', async () => {
  const storage = await open();
  await storage.close();
  rmSync(join(root, 'reels.db'));
  await expect(open()).rejects.toThrow(/reels\.db is missing/);
});

test('a database that says something else than the files is not changed, nor are they', async () => {
  const storage = await open();
  await storage.keepOrder({ ...head(ID), bodyHash: 'another' } as never);
  rmSync(join(root, 'ledger'));
  layOldFiles(root);
  await expect(open()).rejects.toThrow(/the database does not say of the order/);
  expect(readdirSync(join(root, 'ledger', '0'))).toHaveLength(4);
  expect(existsSync(join(root, 'reels', ID, 'claims', '1.1'))).toBe(true);
  expect(await storage.claims.list(ID)).toEqual([]);
});
