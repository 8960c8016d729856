import { Postgres } from '../support/postgres';
import { testStorage } from '../support/storage-contract';

let postgres: Postgres;
beforeAll(async () => {
  postgres = await Postgres.start();
});
afterAll(() => postgres.stop());

testStorage(() => postgres.database());
