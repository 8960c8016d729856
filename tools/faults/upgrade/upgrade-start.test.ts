/** `npm start` of release 0.1.0 dies with all its processes, and today's is started on its DATA_DIR. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isTerminal } from '../../../src/contract/reel';
import { type Simulator, startSimulator } from '../../../src/simulator/server';
import { ROOT } from '../../stack/build';
import { NpmStart } from '../../stack/npm-start';
import { temporalCli } from '../../stack/temporal';
import { releaseBuild } from './release';

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
async function begin(checkout: string): Promise<NpmStart> {
  const start = NpmStart.begin({
    cwd: folder,
    dataDir: path.join(folder, 'data'),
    command: [process.execPath, path.join(checkout, 'dist/local/main.js')],
    env: {
      TEMPORAL_CLI_PATH: await temporalCli(),
      SIMULATOR: '1',
      RUNWAYML_BASE_URL: simulator.url,
      POLL_INTERVAL: '500ms',
      HEARTBEAT_TIMEOUT: '3s',
      REGENERATE_DELAY: '2s',
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
