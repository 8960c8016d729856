/** A folder of 0.1.0 is moved into PostgreSQL as it is into SQLite: once, whoever starts at the same time. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStorage, type Storage } from '../../src/storage/storage';
import { head, ID, idOf, lay, layOldFiles, tombstone } from '../support/old-files';
import { Postgres } from '../support/postgres';

let postgres: Postgres;
let root: string;
const opened: Storage[] = [];

beforeAll(async () => {
  postgres = await Postgres.start();
});
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'from-0.1-'));
  layOldFiles(root);
});
afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close();
  rmSync(root, { recursive: true });
});
afterAll(() => postgres.stop());

test('all of it, by one of three', async () => {
  const databaseUrl = await postgres.database();
  const said: string[] = [];
  const open = async () => {
    const storage = await openStorage({ root, databaseUrl, say: (line) => said.push(line) });
    opened.push(storage);
    return storage;
  };
  for (const storage of await Promise.all([open(), open(), open()])) {
    expect(await storage.readOrder(ID)).toEqual(head(ID));
    expect(await storage.readTombstone(idOf('d'))).toEqual(tombstone(idOf('d')));
    expect(await storage.claims.list(ID)).toHaveLength(5);
    expect(await storage.ledger.committed(new Date())).toBe(170);
    expect(await storage.signingKey()).toEqual(Buffer.alloc(32, 7));
  }
  expect(said.filter((line) => line.startsWith('3 reels'))).toHaveLength(1);
});

test('a second machine brings its own; where the two say different things of one reel, it is refused', async () => {
  const databaseUrl = await postgres.database();
  const open = async (folder: string) => {
    const storage = await openStorage({ root: folder, databaseUrl, say: () => undefined });
    opened.push(storage);
    return storage;
  };
  const first = await open(root);
  const other = mkdtempSync(join(tmpdir(), 'from-0.1-'));
  try {
    lay(other, `reels/${idOf('g')}/order.json`, head(idOf('g')));
    lay(other, `reels/${idOf('g')}/claims/1.1`, '');
    await open(other);
    expect(await first.claims.list(idOf('g'))).toHaveLength(1);

    rmSync(other, { recursive: true });
    layOldFiles(other);
    await expect(open(other)).rejects.toThrow(/the database does not say of/);
    expect(existsSync(join(other, 'ledger', '0', '0'))).toBe(true);
    expect(existsSync(join(other, 'reels', ID, 'claims', '1.1'))).toBe(true);
  } finally {
    rmSync(other, { recursive: true });
  }
});
