/** Two machines that share nothing but the database, and two processes of one machine. */
import { dataFolder } from '../support/processes';
import { Postgres } from '../support/postgres';
import { testRoomForTen } from '../support/room-for-ten';

const folders: Awaited<ReturnType<typeof dataFolder>>[] = [];
async function folder(): Promise<string> {
  const made = await dataFolder();
  folders.push(made);
  return made.path;
}
afterAll(async () => {
  for (const one of folders) await one.remove();
});

describe('on one PostgreSQL, with a folder each', () => {
  let postgres: Postgres;
  let url: Promise<string> | undefined;
  beforeAll(async () => {
    postgres = await Postgres.start();
  });
  afterAll(() => postgres.stop());

  testRoomForTen(async () => ({
    DATABASE_URL: await (url ??= postgres.database()),
    DATA_DIR: await folder(),
  }));
});

describe('on one SQLite file', () => {
  let shared: Promise<string> | undefined;
  testRoomForTen(async () => ({ DATA_DIR: await (shared ??= folder()) }));
});
