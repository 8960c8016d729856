/** A PostgreSQL that must not be used is refused with a line that says what to do. */
import { openDatabase } from '../../src/database/database';
import { openSql } from '../../src/database/open-sql';
import { Postgres } from '../support/postgres';

let postgres: Postgres;
beforeAll(async () => {
  postgres = await Postgres.start();
});
afterAll(() => postgres.stop());

const schema = 'reels';
const refusal = (words: string) => ({ name: 'DatabaseError', message: expect.stringContaining(words) });

test('one with fsync off', async () => {
  const fast = await Postgres.start('fsync=off');
  await expect(openDatabase({ url: fast.url(), schema })).rejects.toMatchObject(refusal('fsync off'));
  await fast.stop();
});

test('one that forgets commits, or may only be read, for this user', async () => {
  const url = await postgres.database();
  for (const [setting, value, words] of [
    ['synchronous_commit', 'off', 'synchronous_commit off'],
    ['default_transaction_read_only', 'on', 'can only be read'],
  ] as const) {
    await postgres.query(
      `create role ${setting} login superuser; alter role ${setting} set ${setting} = ${value}`,
    );
    const named = new URL(url);
    named.username = setting;
    await expect(openDatabase({ url: named.href, schema })).rejects.toMatchObject(refusal(words));
  }
});

test('a schema that the user may not make, and not one that is there for them', async () => {
  const url = new URL(await postgres.database());
  await postgres.query('create role guest login');
  url.username = 'guest';
  await expect(openDatabase({ url: url.href, schema })).rejects.toMatchObject(refusal('GRANT CREATE'));
  const owner = new URL(url);
  owner.username = 'reels';
  await postgres.query(`create schema ${schema} authorization guest`, owner.href);
  const database = await openDatabase({ url: url.href, schema });
  await database.probeDatabase();
  await database.close();
});

test('one that is not there, and a database that is not', async () => {
  const none = openDatabase({ url: postgres.url('none'), schema });
  await expect(none).rejects.toMatchObject({
    code: 'disk',
    message: expect.stringContaining('no such database'),
  });
  const url = 'postgres://reels:secret@127.0.0.1:1/reels';
  const error = await openDatabase({ url, schema }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'disk', message: expect.stringContaining('does not answer') });
  expect(String(error)).not.toContain('secret');
});

test('one of a newer version', async () => {
  const place = { url: await postgres.database(), schema };
  const { db, close } = await openSql(place);
  await db.updateTable('meta').set({ value: '999' }).where('key', '=', 'schema_version').execute();
  await close();
  await expect(openDatabase(place)).rejects.toMatchObject(refusal('newer version'));
});

test('of many who open an empty one at once, one makes the tables', async () => {
  const place = { url: await postgres.database(), schema };
  const all = await Promise.all([...Array(6)].map(() => openDatabase(place)));
  expect(new Set(all.map(({ databaseId }) => databaseId)).size).toBe(1);
  for (const one of all) await one.close();
});
