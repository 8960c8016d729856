/** Real processes that race for one database. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DatabasePlace } from '../../src/database/open-sql';

/**
 * Runs `body` in several processes that begin together. It is the inside of an async function of `database` and `me` (a number
 * from 0), and returns what is to be told.
 *
 * @param folder for its script.
 */
export async function race(
  processes: number,
  place: DatabasePlace,
  folder: string,
  body: string,
): Promise<unknown[]> {
  const script = join(folder, 'race.js');
  writeFileSync(
    script,
    `const { openDatabase } = require(${JSON.stringify(resolve(__dirname, '../../src/database/database.ts'))});
     const at = new Date().toISOString();
     async function run(database, me) { ${body} }
     process.once('message', async ({ place, me }) => {
       const database = await openDatabase(place);
       process.send({ told: await run(database, me) });
       await database.close();
       process.disconnect();
     });
     process.send('ready');`,
  );
  const hook = resolve(__dirname, '../../tools/typescript.js');
  const children = [...Array(processes)].map(() => fork(script, { execArgv: ['--require', hook] }));
  await Promise.all(children.map((child) => once(child, 'message')));
  return Promise.all(
    children.map(async (child, me) => {
      const exit = once(child, 'exit');
      let told: unknown;
      child.on('message', (message: { told: unknown }) => ({ told } = message));
      child.send({ place, me });
      expect((await exit)[0]).toBe(0);
      return told;
    }),
  );
}
