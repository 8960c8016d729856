/** A copy of DATA_DIR is made while reels run, everything is killed, and the copy is put back. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Reel } from '../../src/contract/schemas/reel';
import { type Simulator, startSimulator } from '../../src/simulator/server';
import { sourceOf } from '../../tools/stack/build';
import { NpmStart } from '../../tools/stack/npm-start';
import { temporalCli } from '../../tools/stack/temporal';

let folder: string;
let simulator: Simulator;
const starts: NpmStart[] = [];

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'backup-'));
  simulator = await startSimulator({ taskSeconds: 30 });
});
afterAll(async () => {
  for (const start of starts) await start.kill();
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

async function begin(dataDir: string): Promise<NpmStart> {
  const start = NpmStart.begin({
    cwd: folder,
    dataDir: path.join(folder, dataDir),
    command: sourceOf('local'),
    env: {
      TEMPORAL_CLI_PATH: await temporalCli(),
      SIMULATOR: '1',
      RUNWAYML_BASE_URL: simulator.url,
      POLL_INTERVAL: '500ms',
      REGENERATE_DELAY: '1s',
      LOST_ANSWER_QUIET: '1s',
    },
  });
  starts.push(start);
  return start;
}

test('brought back, no reel of the copy is lost, and what was submitted after it is not submitted again', async () => {
  const first = await begin('data');
  const before = await first.ready();
  const made = await before.order('A bell tower');
  await before.until(made.id, 'the video', ({ status }) => status === 'succeeded');
  const failing = await before.order('A tram in the rain #internal-once');
  const running = await before.order('A windmill');
  const runs = ({ phase }: Reel) => phase === 'running';
  await Promise.all([running, failing].map(({ id }) => before.until(id, 'a running task', runs)));

  const [program, ...main] = sourceOf('backup');
  const env = { PATH: process.env['PATH'], DATA_DIR: path.join(folder, 'data') };
  const told = await promisify(execFile)(program, [...main, path.join(folder, 'copy')], { env });
  expect(told.stdout).toContain('2 reels are unfinished in the copy');
  // It is submitted once more, of which the copy knows nothing.
  await before.until(
    failing.id,
    'the second',
    ({ generations }) => generations[1]?.runwayTaskId !== undefined,
  );
  await first.kill();
  const posts = simulator.ledger().posts.length;

  const second = await begin('copy');
  const after = await second.ready();
  for (const { id } of [made, running]) {
    await after.until(id, 'the video', ({ status }) => status === 'succeeded');
    expect((await after.request(`/v1/reels/${id}/video`)).status).toBe(200);
  }
  await after.until(failing.id, 'the question', ({ status }) => status === 'needs_decision');
  expect(simulator.ledger().posts).toHaveLength(posts);
  await second.stop();
});
