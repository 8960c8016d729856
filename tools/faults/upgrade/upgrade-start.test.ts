/** `npm start` of release 0.1.0 dies with all its processes, and today's is started on its DATA_DIR. */
import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isTerminal } from '../../../src/contract/reel';
import type { Reel } from '../../../src/contract/schemas/reel';
import { type Simulator, startSimulator } from '../../../src/simulator/server';
import { ROOT } from '../../stack/build';
import { eventually } from '../../stack/eventually';
import { NpmStart } from '../../stack/npm-start';
import { temporalCli } from '../../stack/temporal';
import { releaseBuild } from './release';

/** A picture of one pixel. */
const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

let folder: string;
let simulator: Simulator;
const starts: NpmStart[] = [];

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'upgrade-'));
  simulator = await startSimulator({ taskSeconds: 6 });
});
afterAll(async () => {
  for (const start of starts) await start.kill();
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Without the build of `npm start`, which the release has behind it. */
async function begin(checkout: string, dataDir = 'data'): Promise<NpmStart> {
  const start = NpmStart.begin({
    cwd: folder,
    dataDir: path.join(folder, dataDir),
    command: [process.execPath, path.join(checkout, 'dist/local/main.js')],
    env: {
      TEMPORAL_CLI_PATH: await temporalCli(),
      SIMULATOR: '1',
      RUNWAYML_BASE_URL: simulator.url,
      POLL_INTERVAL: '500ms',
      HEARTBEAT_TIMEOUT: '3s',
      REGENERATE_DELAY: '2s',
      SUBMIT_TIMEOUT: '10s',
      LOST_ANSWER_QUIET: '1s',
    },
  });
  starts.push(start);
  return start;
}

test('its reels end in today’s, each paid for once, and its videos can be downloaded', async () => {
  const old = await begin(await releaseBuild());
  const before = await old.ready();
  const made = await before.order('A ferry in the fog');
  await before.until(made.id, 'the video', ({ status }) => status === 'succeeded');
  const running = await before.order('A kite over dunes');
  const failing = await before.order('A tram in the rain #internal-once');
  await before.until(running.id, 'a running task', ({ phase }) => phase === 'running');
  await old.kill();

  const today = await begin(ROOT);
  const api = await today.ready();
  for (const { id } of [made, running, failing]) {
    const { status } = await api.until(id, 'the end', (reel) => isTerminal(reel.status));
    expect(status).toBe('succeeded');
    expect((await api.request(`/v1/reels/${id}/video`)).status).toBe(200);
  }
  const prompts = simulator.ledger().posts.map(({ prompt }) => prompt);
  expect(prompts.filter((prompt) => prompt === 'A ferry in the fog')).toHaveLength(1);
  expect(prompts.filter((prompt) => prompt === 'A kite over dunes')).toHaveLength(1);
  // One failed at the vendor and cost nothing.
  expect(prompts.filter((prompt) => prompt?.startsWith('A tram'))).toHaveLength(2);
  await today.stop();
});

test('killed in mid-submit, with a reel deleted, one made again and an entry damaged: nothing of it is lost', async () => {
  const old = await begin(await releaseBuild(), 'damaged');
  const before = await old.ready();
  const made = await before.order('A heron at dawn', { promptImage: PIXEL });
  const gone = await before.order('A mill by the sea');
  for (const { id } of [made, gone]) {
    await before.until(id, 'the video', ({ status }) => status === 'succeeded');
  }
  const again = (await (await before.post(`/v1/reels/${made.id}/remake`)).json()) as Reel;
  await before.until(again.id, 'the video', ({ status }) => status === 'succeeded');
  expect((await before.request(`/v1/reels/${gone.id}`, { method: 'DELETE' })).status).toBe(204);
  const { video } = await before.reel(made.id);
  const asked = await before.order('A lost answer #lost-hang-with-task');
  const posted = () => simulator.ledger().posts.filter(({ prompt }) => prompt?.startsWith('A lost answer'));
  await eventually('the POST', () => posted().length === 1);
  await old.kill();
  const ledger = path.join(folder, 'damaged/simulated/ledger/0');
  truncateSync(path.join(ledger, readdirSync(ledger)[0] ?? ''), 5);

  const today = await begin(ROOT, 'damaged');
  const api = await today.ready();
  expect(today.output).toMatch(/reels of 0\.1\.0 are in the database/);
  expect(today.output).toMatch(/ledger-1\/0\/\d+ cannot be read/);
  await api.until(asked.id, 'the question', ({ status }) => status === 'needs_decision');
  const [{ taskId: runwayTaskId } = {}] = posted();
  const adopted = await api.post(`/v1/reels/${asked.id}/resolve`, { action: 'adopt', runwayTaskId });
  expect(adopted.status).toBe(202);
  await api.until(asked.id, 'the video', ({ status }) => status === 'succeeded');
  expect(posted()).toHaveLength(1);

  expect((await api.request(`/v1/reels/${gone.id}`)).status).toBe(410);
  const remade = await api.reel(made.id);
  expect(JSON.stringify(remade)).toContain(again.id);
  // A link that 0.1.0 gave out.
  const link = new URL(video?.url ?? '');
  expect((await api.request(link.pathname + link.search)).status).toBe(200);
  await today.stop();

  // A process of 0.1.0 that is started on this folder once more pays for nothing.
  const posts = simulator.ledger().posts.length;
  const back = await begin(await releaseBuild(), 'damaged');
  const wrong = await back.ready().catch(() => undefined);
  if (wrong) expect((await wrong.post('/v1/reels', { promptText: 'A step back' })).ok).toBe(false);
  expect(simulator.ledger().posts).toHaveLength(posts);
});
