/**
 * The service in folders of any name: a clone, its data and its cache each in one of that name. In each it is built
 * and started as a user does it, makes a reel, is killed in the middle, and goes on where it was.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Simulator, startSimulator } from '../../src/simulator/server';
import { copyCheckout, linkTree } from '../support/checkout';
import { NpmStart } from '../../tools/stack/npm-start';
import { temporalCli } from '../../tools/stack/temporal';

const FEW = ['C#', '100%41 what?! "it\'s"', '[x]{y,z}* $HOME `id` ünï \u{1F3AC}', '-rf\n '];
const ALL = [
  'C#',
  'a b',
  '100%41',
  'what?',
  'wow!',
  "it's",
  '"q"',
  'ünï \u{1F3AC}',
  'a&b;c|d',
  '[x]{y,z}*',
  '$HOME `id`',
  '-rf\n ',
  '~',
  'a:b=c,d',
];
const NAMES = process.env['PLACES'] === 'all' ? ALL : FEW;
/** Side by side: most of a life is waiting. */
const AT_ONCE = 3;

let root: string;
let simulator: Simulator;
let starts: NpmStart[];

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'places-'));
  simulator = await startSimulator({ taskSeconds: 3 });
  starts = [];
  await temporalCli();
});
afterAll(async () => {
  for (const start of starts) await start.kill();
  await simulator.close();
  rmSync(root, { recursive: true, force: true });
});

/** What came of one name; a fault of it belongs to its test. */
type Life = Promise<{ readonly posts: number; readonly status: string; readonly data: string[] }>;
const lives = new Map<string, Life>();
const waiting: Promise<unknown>[] = Array(AT_ONCE).fill(Promise.resolve());

/** All of them are begun by the first test, a few at once. */
function lifeIn(name: string): Life {
  if (lives.size === 0) {
    for (const [index, each] of NAMES.entries()) {
      const place = index % AT_ONCE;
      const life = (waiting[place] as Promise<unknown>).then(() => live(each, index));
      waiting[place] = life.catch(() => undefined);
      lives.set(each, life);
    }
  }
  return lives.get(name) as Life;
}

async function live(name: string, index: number): ReturnType<typeof lifeIn> {
  const [checkout, dataDir, cache] = ['checkout', 'data', 'cache'].map((kind) =>
    path.join(root, kind, String(index), name),
  ) as [string, string, string];
  copyCheckout(checkout, 'node_modules');
  const cli = await temporalCli();
  // The cached server, with what tells that it is whole.
  linkTree(path.dirname(cli), path.join(cache, 'durable-reels', path.basename(path.dirname(cli))));
  const env = {
    XDG_CACHE_HOME: cache,
    SIMULATOR: '1',
    RUNWAYML_BASE_URL: simulator.url,
    POLL_INTERVAL: '500ms',
    HEARTBEAT_TIMEOUT: '2s',
  };
  const begin = (): NpmStart => {
    const start = NpmStart.begin({ cwd: checkout, dataDir, env });
    starts.push(start);
    return start;
  };
  const promptText = `Lanterns in folder ${index}`;

  const first = begin();
  const { id } = await (await first.ready()).order(promptText);
  await (
    await first.ready()
  ).until(id, 'Runway has accepted it', ({ generations }) =>
    generations.some(({ runwayTaskId }) => runwayTaskId !== undefined),
  );
  await first.kill();
  const second = begin();
  const made = await (
    await second.ready()
  ).until(id, 'the end', ({ finishedAt }) => finishedAt !== undefined);
  await second.stop();
  for (const folder of [checkout, dataDir, cache]) {
    expect(readdirSync(path.dirname(folder))).toEqual([name]);
  }
  return {
    posts: simulator.ledger().posts.filter(({ prompt }) => prompt === promptText).length,
    status: made.status,
    data: readdirSync(dataDir),
  };
}

test.each(NAMES)(
  'in %j a reel outlives kill -9, is paid for once, and all data stays in its folder',
  async (name) => {
    const { data, ...life } = await lifeIn(name);
    expect(life).toEqual({ posts: 1, status: 'succeeded' });
    expect(data).toEqual(expect.arrayContaining(['logs', 'simulated', 'temporal.db']));
  },
);

test('a path with a backslash is refused in one line that names it: Node imports no package from there', async () => {
  const checkout = path.join(root, 'back\\slash');
  copyCheckout(checkout, 'node_modules');
  const start = NpmStart.begin({ cwd: checkout, dataDir: path.join(root, 'none'), env: {} });
  starts.push(start);
  expect(await start.ended()).not.toBe(0);
  expect(start.output).toContain(
    `There is a backslash in the path of this folder, ${checkout}: give it another name.\n`,
  );
  expect(start.output).not.toMatch(/^ +at /m);
  expect(existsSync(path.join(root, 'none'))).toBe(false);
});

test('a backslash in the data folder is no trouble', async () => {
  const checkout = path.join(root, 'plain');
  copyCheckout(checkout, 'node_modules', 'dist');
  const dataDir = path.join(root, 'back\\slash data');
  const start = NpmStart.begin({ cwd: checkout, dataDir, env: {} });
  starts.push(start);
  await start.ready();
  await start.stop();
  expect(readdirSync(dataDir)).toContain('temporal.db');
});
