/** One client's hostile outputs and receivers, and another client's reel beside them, each process as it really runs. */
import { CRAFTED, DRIPPING, type HostileHost, startHostileHost } from '../../tools/stack/hostile-host';
import { isTerminal } from '../../src/contract/reel';
import type { Reel } from '../../src/contract/schemas/reel';
import type { Child } from '../../tools/stack/child';
import { eventually } from '../../tools/stack/eventually';
import { longestWaitForSlot } from '../../tools/stack/history';
import { Service, WEBHOOK_SECRET } from '../support/service';
import { startProcess } from '../support/processes';

const DRIPS = 60;
/** More are ordered: each is given up after a minute, and begun anew a little later. */
const DRIPPING_REELS = 75;
/** So many short activities a worker has at once. All of them shared these slots before. */
const SHORT_SLOTS = 50;
const SILENT = 80;
/** So long a POST waits for an answer. Whoever needed its slot would wait as long. */
const SLOT_HELD_S = 15;
const KEYS = { site: 'a-secret-of-the-hostile-one', app: 'a-secret-of-the-other-one' };

let host: HostileHost;
let service: Service;
let worker: Child;
let api: Child;
let url: string;
beforeAll(async () => {
  host = await startHostileHost();
  service = await Service.start({ worker: 'process', simulator: { hook: host.hook } });
  const settings = {
    ...service.processSettings,
    PORT: '0',
    POLL_INTERVAL: '1s',
    DAILY_MAX_CREDITS: '0',
    CLIENT_REQUESTS_PER_SECOND: '1000',
    REEL_API_KEYS: Object.entries(KEYS)
      .map(([name, secret]) => `${name}:${secret}`)
      .join(),
    WEBHOOK_SECRET: `site:${WEBHOOK_SECRET}`,
    WEBHOOK_ALLOW_LOOPBACK: '1',
  };
  worker = await startProcess(settings);
  api = await startProcess(settings, 'api');
  url = /listening on (http:[^"]+)/.exec(api.output)?.[1] ?? '';
});
afterAll(async () => {
  await worker?.end();
  await api?.end();
  // What waits at it is cut off.
  await host.close();
  await service.stop();
});

async function call<T>(client: keyof typeof KEYS, path: string, body?: object): Promise<T> {
  const answer = await fetch(url + path, {
    headers: { authorization: `Bearer ${KEYS[client]}`, 'content-type': 'application/json' },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

function order(client: keyof typeof KEYS, promptText: string, webhookUrl?: string): Promise<Reel> {
  return call(client, '/v1/reels', { promptText, webhookUrl });
}

function made(client: keyof typeof KEYS, { id }: Reel): Promise<Reel> {
  return eventually('the end of the reel', async () => {
    const reel = await call<Reel>(client, `/v1/reels/${id}`);
    return isTerminal(reel.status) && reel;
  });
}

test('a crafted file, sixty dripping downloads and eighty silent receivers of one client hold up no reel of another', async () => {
  // Refused by Runway at once: there is an end to tell of. They go on being told, since each webhook is tried again.
  for (let n = 0; n < SILENT; n += 1) await order('site', `Refused, the ${n}th #http-400`, host.receiver(n));
  const crafted = await order('site', `A clip with ${CRAFTED}`);
  for (let n = 0; n < DRIPPING_REELS; n += 1) await order('site', `A clip with ${DRIPPING}, the ${n}th`);
  await eventually('the crafted file is fetched', () => host.seen.craftedFiles > 0);
  await eventually('all downloads drip', () => host.waiting().downloads >= DRIPS);
  expect(host.waiting().webhooks).toBeGreaterThan(0);

  const other = await made('app', await order('app', 'A calm sea at dawn'));
  expect(other.status).toBe('succeeded');
  // Whoever had waited for a slot of theirs would wait now.
  expect(host.waiting().downloads).toBeGreaterThan(SHORT_SLOTS);
  expect(await longestWait(other)).toBeLessThan(SLOT_HELD_S / 2);

  // Read in a process of its own, it ends nobody's work but its own.
  expect(worker.output).not.toContain('this process is killed');
  expect(await call('app', '/readyz')).not.toHaveProperty('standingStill');
  expect((await call<Reel>('site', `/v1/reels/${crafted.id}`)).status).not.toBe('succeeded');
});

async function longestWait({ id }: Reel): Promise<number> {
  return longestWaitForSlot(await service.handle(id).fetchHistory());
}
