import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAccountReader } from './calls/account-reader';
import { createRunway, type Runway } from './runway';

type Answers = Readonly<Record<string, (res: ServerResponse) => void>>;

let answers: Answers = {};
let runway: Runway;
let server: Server;
let url: string;
const seen: string[] = [];

beforeAll(async () => {
  server = createServer((req, res) => {
    seen.push(`${req.method} ${req.url} ${req.headers.authorization ? 'with' : 'without'} a key`);
    // What is not here is never answered.
    answers[req.url ?? '']?.(res);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  runway = createRunway({ apiSecret: 'key_of_a_test', baseUrl: url });
});
afterAll(async () => {
  await runway.close();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const json =
  (body: unknown, status = 200) =>
  (res: ServerResponse) =>
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const look = () => createAccountReader({ runway, statusUrl: `${url}/status` });

describe('a look at the account and the status page', () => {
  it('shows both to a person, and takes the key to Runway only', async () => {
    seen.length = 0;
    answers = {
      '/v1/organization': json({
        creditBalance: 9,
        tier: { maxMonthlyCreditSpend: 100, models: {} },
        usage: { models: { 'veo3.1': { dailyGenerations: 2 } } },
      }),
      '/status/api/v2/summary.json': json({
        components: [{ id: 'w3jcq3dwljp4', name: 'Public API', status: 'operational' }],
      }),
    };
    expect(await look().readAccount()).toEqual({
      at: expect.any(String) as string,
      account: {
        creditBalance: 9,
        maxMonthlyCreditSpend: 100,
        models: { 'veo3.1': { dailyGenerations: 2 } },
      },
      service: { status: 'operational' },
    });
    expect(seen.sort()).toEqual([
      'GET /status/api/v2/summary.json without a key',
      'GET /v1/organization with a key',
    ]);
  });

  it('says that Runway refuses to show the account', async () => {
    answers = { '/v1/organization': json({ error: 'Invalid API key.' }, 401) };
    expect(await look().readAccount()).toEqual({
      at: expect.any(String) as string,
      account: { refused: 401 },
    });
  });

  it('gives up on a Runway that is silent, and leaves the parts out', async () => {
    answers = {};
    const [view, usage] = await Promise.all([look().readAccount(), look().readUsage('2026-11-01')]);
    expect(view).toEqual({ at: expect.any(String) as string });
    expect(usage).toBeUndefined();
  });

  it('has the usage of the whole account by day', async () => {
    const results = [{ date: '2026-11-22', usedCredits: [{ model: 'veo3.1', amount: 160 }] }];
    answers = { '/v1/organization/usage': json({ results, models: ['veo3.1'] }) };
    expect(await look().readUsage('2026-11-22')).toEqual({
      days: [{ date: '2026-11-22', models: { 'veo3.1': 160 } }],
    });
  });
});
