import { Postgres } from '../support/postgres';
import { testRaces } from '../support/race-contract';

let postgres: Postgres;
beforeAll(async () => {
  postgres = await Postgres.start();
});
afterAll(() => postgres.stop());

testRaces(async () => ({ url: await postgres.database(), schema: 'reels' }));
