/** What holds while processes race, whichever the database is. Defines the tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/database/database';
import type { DatabasePlace } from '../../src/database/open-sql';
import { race } from './race';

const PROCESSES = 4;

/** @param placeIn an empty database, which the processes make the tables of. */
export function testRaces(placeIn: (folder: string) => Promise<DatabasePlace>): void {
  let folder: string;
  let place: DatabasePlace;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'races-'));
    place = await placeIn(folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('one makes the tables, and each of 300 claims has one winner', async () => {
    const told = await race(
      PROCESSES,
      place,
      folder,
      `const won = [];
       for (let number = 1; number <= 300; number += 1) {
         const key = { reelId: 'a'.repeat(26), generation: 1, number };
         const entry = { claimedAt: at, sendBefore: at, answerBefore: at, sender: String(me) };
         if (await database.claims.claim(key, entry)) won.push(number);
       }
       return { won, id: database.databaseId };`,
    );
    const all = told as { won: number[]; id: string }[];
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    const won = all.flatMap((one) => one.won).sort((one, other) => one - other);
    expect(won).toEqual([...Array(300).keys()].map((index) => index + 1));
    const database = await openDatabase(place);
    for (const [me, { won: own }] of all.entries())
      for (const number of own.slice(0, 5))
        await expect(
          database.claims.read({ reelId: 'a'.repeat(26), generation: 1, number }),
        ).resolves.toMatchObject({ entry: { sender: String(me) } });
    await database.close();
  });

  test('whoever asks for the last credits never gets more than there are, and leaves none', async () => {
    const won = await race(
      PROCESSES,
      place,
      folder,
      `const all = await Promise.all([...Array(20).keys()].map((i) => database.ledger.reserve(
         { reelId: me + '-' + i, generation: 1, client: 'local', model: 'm', credits: 10, at }, { total: 250 })));
       return all.filter((one) => one.ok).length;`,
    );
    expect((won as number[]).reduce((sum, count) => sum + count, 0)).toBe(25);
  });

  test('also while others give back what they did not need: no room is left, and the limit holds', async () => {
    const won = await race(
      PROCESSES,
      place,
      folder,
      `let i = 0;
       for (;; i += 1) {
         const reelId = me + '-' + i;
         const { ok } = await database.ledger.reserve(
           { reelId, generation: 1, client: 'local', model: 'm', credits: 10, at }, { total: 250 });
         if (!ok) return i;
         await database.ledger.settle(reelId, 1, { charged: 7, uncertain: 0, at });
       }`,
    );
    const database = await openDatabase(place);
    const committed = await database.ledger.committed(new Date());
    await database.close();
    expect(committed).toBe(7 * (won as number[]).reduce((sum, count) => sum + count, 0));
    expect(committed).toBeLessThanOrEqual(250);
    expect(committed).toBeGreaterThan(200);
  });

  test('each turn to poll is taken once, and each task adopted once', async () => {
    const told = await race(
      PROCESSES,
      place,
      folder,
      `let turns = 0;
       const owners = [];
       for (let generation = 1; generation <= 50; generation += 1) {
         const of = { reelId: 'a'.repeat(26), generation };
         if (await database.takePollTurn({ ...of, spacingMs: 3600000 }) === 0) turns += 1;
         owners.push((await database.claims.takeTask('task ' + generation,
           { reelId: 'abcd'[me].repeat(26), generation })).reelId);
       }
       return { turns, owners };`,
    );
    const all = told as { turns: number; owners: string[] }[];
    expect(all.reduce((sum, { turns }) => sum + turns, 0)).toBe(50);
    for (const { owners } of all) expect(owners).toEqual(all[0]?.owners);
  });
}
