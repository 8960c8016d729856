/** What the API shows of the account, read from the simulator over HTTP; no Temporal is asked. */
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Client } from '@temporalio/client';
import { createAccountReader } from '../../src/runway/calls/account-reader';
import { createRunway, type Runway } from '../../src/runway/runway';
import { startSimulator } from '../../src/simulator/server';
import { type Api, startApi } from '../support/api';

const noTemporal = { options: { namespace: 'default' } } as unknown as Client;

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function apiOf(runwayUrl: string): Promise<Api> {
  const runway: Runway = createRunway({ apiSecret: `key_${'a'.repeat(128)}`, baseUrl: runwayUrl });
  const account = createAccountReader({ runway, statusUrl: `${runwayUrl}/status` });
  const api = await startApi(noTemporal, { account, temporalUiUrl: 'http://ui.test' });
  endings.push(() => runway.close(), api.close);
  return api;
}

const OURS = {
  simulated: true,
  links: { temporal: 'http://ui.test/namespaces/default/workflows' },
};

const read = async (api: Api, path: string) =>
  (await api.fetch(path)).json() as Promise<Record<string, unknown>>;

test('balance, limits of each model, and the state of the public API', async () => {
  const simulator = await startSimulator({ account: { creditBalance: 420 } });
  endings.push(() => simulator.close());
  const api = await apiOf(simulator.url);
  expect(await read(api, '/v1/account')).toEqual({
    at: expect.stringMatching(/Z$/),
    account: {
      creditBalance: 420,
      maxMonthlyCreditSpend: expect.any(Number),
      models: expect.objectContaining({
        'veo3.1_fast': expect.objectContaining({ dailyGenerations: 0 }),
      }),
    },
    service: { status: 'operational' },
    ...OURS,
  });
  expect(await read(api, '/v1/usage')).toMatchObject({ total: { charged: 0 }, runway: { days: [] } });
});

test('while Runway is down its parts are missing, and ours are there', async () => {
  const simulator = await startSimulator();
  const api = await apiOf(simulator.url);
  await simulator.close();
  expect(await read(api, '/v1/account')).toEqual({ at: expect.any(String), ...OURS });
  const usage = await read(api, '/v1/usage');
  expect(usage).toMatchObject({ total: { charged: 0 } });
  expect(usage).not.toHaveProperty('runway');
});

test('a Runway that never answers is not waited for', async () => {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => void sockets.add(socket.on('error', () => {})));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  endings.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  });
  const api = await apiOf(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
  const [account, usage] = await Promise.all([api.fetch('/v1/account'), api.fetch('/v1/usage')]);
  expect([account.status, usage.status]).toEqual([200, 200]);
});
