/** The live service against its own /openapi.json. */
import { createHash } from 'node:crypto';
import { createAccountReader } from '../../src/runway/calls/account-reader';
import { createRunway } from '../../src/runway/runway';
import { type Api, startApi } from '../support/api';
import { runSchemathesis } from '../support/schemathesis/run';
import { Service } from '../support/service';

/** Another one finds other things: FUZZ_SEED=… npx jest test/fuzz/api-contract */
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const KEY = 'a-key-for-tests';

let service: Service;
let api: Api;
const runway = () => createRunway({ apiSecret: `key_${'a'.repeat(128)}`, baseUrl: service.simulator.url });
let reader: ReturnType<typeof runway>;

beforeAll(async () => {
  service = await Service.start();
  reader = runway();
  const { client } = service.env;
  api = await startApi(client, {
    storage: service.storage,
    backend: { kind: 'simulator', baseUrl: service.simulator.url },
    account: createAccountReader({ runway: reader, statusUrl: `${service.simulator.url}/status` }),
    settings: {
      apiKeys: [{ client: 'owner', sha256: createHash('sha256').update(KEY).digest('hex') }],
      admins: ['owner'],
      corsOrigins: [],
    },
  });
});

afterAll(async () => {
  await api?.close();
  await reader?.close();
  await service?.stop();
});

test(`a fuzzer finds no 5xx, and no answer outside the contract (seed ${SEED})`, async () => {
  console.log(`Schemathesis, seed ${SEED}`);
  const { ok, output } = await runSchemathesis(api.url, {
    key: KEY,
    seed: SEED,
    examples: 6,
    timeoutMs: 600_000,
  });
  if (!ok) throw new Error(`${output.slice(-12_000)}\n${errorsIn(api.log())}`);
  expect(output).toMatch(/\d{3,} generated/);
}, 700_000);

/** What the log of the API says of answers that it had no words for. */
function errorsIn(log: string): string {
  return log
    .split('\n')
    .filter((line) => line.includes('"level":50') || line.includes('"level":"error"'))
    .join('\n')
    .slice(-8_000);
}
