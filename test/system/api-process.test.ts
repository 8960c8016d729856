/** `src/api/main.ts` as a process of its own. Temporal is not there: what is tested needs none. */
import { createServer } from 'node:net';
import { addressOf, dataFolder, startLonelyApi } from '../support/processes';
import { eventually } from '../../tools/stack/eventually';
import type { Child } from '../../tools/stack/child';

let data: Awaited<ReturnType<typeof dataFolder>>;
let main: Child | undefined;
beforeEach(async () => {
  data = await dataFolder();
});
afterEach(async () => {
  await main?.end();
  await data.remove();
});

async function startMain(env: Record<string, string> = {}): Promise<Child> {
  return (main = await startLonelyApi(data.path, env));
}

test('it answers before Temporal is there; told to stop, it finishes what it was asked and exits with 0', async () => {
  const api = await startMain();
  const url = await addressOf(api);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);

  const answer = fetch(`${url}/v1/reels`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"promptText":"Snow"}',
  });
  await fetch(`${url}/healthz`);
  api.signal('SIGTERM');
  await eventually('the stop', () => api.output.includes('no new requests'));
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  expect((await answer).status).toBe(503);
  expect(await api.ended()).toBe(0);
});

test('it knows FALLBACK_WAIT: a fallback that would wait longer than the reel may take is refused', async () => {
  const api = await startMain({ FALLBACK_WAIT: '2h' });
  const url = await addressOf(api);
  const estimate = (deadline: string) =>
    fetch(`${url}/v1/estimate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ promptText: 'Snow', fallbacks: ['wait'], deadline }),
    });
  const refused = await estimate('2h');
  expect(refused.status).toBe(400);
  expect(await refused.text()).toContain('with a deadline of more than 2 h');
  expect((await estimate('3h')).status).toBe(200);
});

test('its figures are there while Temporal is not, and say so', async () => {
  const api = await startMain();
  const answer = await fetch(`${await addressOf(api)}/metrics`);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
  const figures = await answer.text();
  expect(figures).toContain('durable_reels_part_up{part="temporal"} 0');
  expect(figures).toContain('durable_reels_part_up{part="storage"} 1');
  expect(figures).toContain('durable_reels_credits_24h{kind="charged"} 0');
  expect(figures).toMatch(/^process_cpu_seconds_total \d/m);
  // What is not known is no zero.
  expect(figures).not.toMatch(/^durable_reels_(?:reels\{|runway_credit_balance )/m);
});

test('a bad setting ends it with 2 and a line that names it', async () => {
  const api = await startMain({ PORT: 'http' });
  expect(await api.ended()).toBe(2);
  expect(api.output).toMatch(/^PORT must be a whole number\n$/);
});

test('a public address without keys ends it with 2 and the cure', async () => {
  const api = await startMain({ PUBLIC_URL: 'https://reels.example.org' });
  expect(await api.ended()).toBe(2);
  expect(api.output).toMatch(/^PUBLIC_URL https:\/\/reels\.example\.org .*set REEL_API_KEYS.*\n$/);
});

test('without a key it does not fall back to the simulator by itself', async () => {
  const api = await startMain({ SIMULATOR: '', RUNWAYML_BASE_URL: '' });
  expect(await api.ended()).toBe(2);
  expect(api.output).toContain('RUNWAYML_API_SECRET is not set');
});

test('a port in use ends it with 1 and the way out', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const api = await startMain({ PORT: String(port) });
  expect(await api.ended()).toBe(1);
  expect(api.output).toContain(`PORT ${port} is in use`);
  expect(api.output).not.toContain('    at ');
  await new Promise((resolve) => other.close(resolve));
});

test('no key comes into its log', async () => {
  const api = await startMain({ REEL_API_KEYS: 'alice:planted-secret-of-alice' });
  const url = await addressOf(api);
  const headers = { authorization: 'Bearer planted-secret-of-alice' };
  expect((await fetch(`${url}/v1/models`, { headers })).status).toBe(200);
  expect((await fetch(`${url}/v1/models`)).status).toBe(401);
  expect((await fetch(`${url}/v1/reels/sim-${'a'.repeat(26)}`, { headers })).status).toBe(503);
  await eventually('the log', () => api.output.split('"answered"').length > 3);
  expect(api.output).not.toContain('planted');
});
