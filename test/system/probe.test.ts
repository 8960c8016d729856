/** `npm run probe` against the simulator: what it orders, what it measures, and what stops it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measure } from '../../tools/probe/measure';
import { planProbe } from '../../tools/probe/plan';
import type { ProbeReport } from '../../tools/probe/report';
import { summarize } from '../../tools/probe/summary';
import { createVendor } from '../../tools/probe/vendor';
import { always, type Scenario } from '../../src/simulator/scenarios/scenario';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/server';

const SECRET = 'key_practice_of_the_probe';
const PACE = {
  countersMs: 20,
  logMs: 20,
  taskMs: 20,
  settleMs: 400,
  logPatienceMs: 30_000,
  patienceMs: 30_000,
};
const RUNS_FOR_LONG: Scenario = { about: '', lives: always({ pending: 0.1, running: 1e6 }) };

const running: Simulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

/** The first task ends by itself, and the second runs until it is deleted. */
async function start(options: SimulatorOptions = {}): Promise<Simulator> {
  let orders = 0;
  const simulator = await startSimulator({
    taskSeconds: 1,
    scenarioFor: () => ((orders += 1) === 2 ? RUNS_FOR_LONG : undefined),
    ...options,
  });
  running.push(simulator);
  return simulator;
}

async function probe(
  { url }: Simulator,
  more: { imageUrl?: string; signal?: AbortSignal } = {},
): Promise<ProbeReport> {
  const plan = planProbe(more.imageUrl);
  const { model, ratio, duration } = plan;
  const report: ProbeReport = {
    schemaVersion: 1,
    startedAt: new Date().toISOString(),
    simulated: true,
    order: { model, ratio, duration },
    announcedCredits: plan.atMostCredits,
    looks: PACE,
    problems: [],
  };
  const vendor = createVendor({ apiSecret: SECRET, baseUrl: url });
  await measure({ vendor, plan, pace: PACE, say: () => undefined, signal: more.signal }, report);
  return report;
}

test('it orders two of the cheapest videos, deletes one while it runs, and leaves no router behind', async () => {
  const simulator = await start();
  const report = await probe(simulator);
  expect(report.problems).toEqual([]);
  expect(report.announcedCredits).toBe(20);

  const { posts, tasks, credits } = simulator.ledger();
  expect(posts.map(({ endpoint }) => endpoint)).toEqual(['text_to_video', 'generate/video']);
  expect(tasks.map(({ status }) => status)).toEqual(['SUCCEEDED', 'DELETED']);
  expect(credits.charged).toBeLessThanOrEqual(report.announcedCredits);
  expect(report.deletion).toMatchObject({ httpStatus: 204, creditsGone: 10, estimatedCredits: 10 });
  expect(report.disturbed).toBe(false);
});

test('it finds the delays of the counters and of the log', async () => {
  const simulator = await start({ account: { counterDelaySeconds: 0.3, routerLogDelaySeconds: 0.5 } });
  const { watched, routerLog } = await probe(simulator);
  expect(watched?.counters[0]).toMatchObject({ credits: -10, dailyGenerations: 1 });
  // The simulator counts from the middle of the POST, the probe from before it.
  expect(watched?.counters[0]?.afterMs).toBeGreaterThanOrEqual(300);
  expect(routerLog?.seen?.afterMs).toBeGreaterThanOrEqual(500);
  expect(routerLog?.seen?.line).toMatchObject({
    status: 'routed',
    model: 'wan3',
    requestId: routerLog?.requestId,
  });
});

test('it keeps the whole course of a task', async () => {
  const { watched } = await probe(await start());
  const statuses = [...new Set(watched?.progress.map(({ status }) => status))];
  expect(statuses.at(-1)).toBe('SUCCEEDED');
  const shown = watched?.progress.map(({ progress = 0 }) => progress).slice(0, -1) ?? [];
  expect(shown).toEqual([...shown].sort((a, b) => a - b));
  expect(watched?.chargedCredits).toBe(10);
});

test('a deleted task that costs nothing reads so', async () => {
  const { deletion } = await probe(await start({ account: { chargesDeleted: 'never' } }));
  expect(deletion?.creditsGone).toBe(0);
});

test('with an image there is one more video, and the report names only its host', async () => {
  const simulator = await start();
  const report = await probe(simulator, { imageUrl: 'https://example.org/private/boat.png?token=hidden' });
  expect(report.announcedCredits).toBe(30);
  expect(simulator.ledger().posts.map(({ endpoint }) => endpoint)).toEqual([
    'text_to_video',
    'generate/video',
    'image_to_video',
  ]);
  expect(report.image).toMatchObject({ host: 'example.org', taskId: simulator.ledger().tasks[2]?.id });
  expect(JSON.stringify(report)).not.toMatch(/private|hidden/);
});

test('neither report nor summary holds the key, a URL of a video or the balance', async () => {
  const report = await probe(await start({ account: { creditBalance: 987_654 } }));
  for (const text of [JSON.stringify(report), summarize(report)]) {
    for (const hidden of [SECRET, '/outputs/', '9876']) expect(text).not.toContain(hidden);
  }
  expect(summarize(report)).toMatch(/10 of 10 credits are gone/);
});

describe('what stops it', () => {
  test('a lost answer: nothing is sent again', async () => {
    const simulator = await start({ hook: ({ at }) => (at === 'afterTask' ? { kind: 'reset' } : undefined) });
    const report = await probe(simulator);
    expect(simulator.ledger().posts).toHaveLength(1);
    expect(report.problems).toEqual([expect.stringContaining('a task may exist')]);
  });

  test('a price above the announced one: the task is deleted', async () => {
    const simulator = await start({ scenarioFor: () => ({ about: '', lives: always({ priceFactor: 3 }) }) });
    const report = await probe(simulator);
    expect(simulator.ledger().tasks.map(({ status }) => status)).toEqual(['DELETED']);
    expect(report.problems.join()).toContain('30 credits in place of 10');
  });

  test('a refusal', async () => {
    const simulator = await start({ account: { maxDaily: 0 } });
    const { problems } = await probe(simulator);
    expect(simulator.ledger().tasks).toEqual([]);
    expect(problems.join()).toContain('Your daily task limit has been reached.');
  });

  test('a hand: what was seen until then is in the report', async () => {
    const simulator = await start({ scenarioFor: () => RUNS_FOR_LONG });
    const stop = new AbortController();
    const probing = probe(simulator, { signal: stop.signal });
    await simulator.until(({ tasks }) => tasks[0]?.polls.some(({ answer }) => answer === 'RUNNING') === true);
    stop.abort();
    const { problems, watched, endedAt } = await probing;
    expect(problems).toEqual([expect.stringContaining('goes on at Runway')]);
    expect(watched?.progress.length).toBeGreaterThan(0);
    expect(endedAt).toBeDefined();
  });
});

test('a router that Runway refuses leaves the question of the deletion to a plain order', async () => {
  const simulator = await start({
    hook: ({ at, post }) =>
      at === 'received' && post === 2
        ? { kind: 'answer', status: 403, json: { error: 'You do not have access to this resource.' } }
        : undefined,
  });
  const { problems, deletion, routerLog } = await probe(simulator);
  expect(problems).toEqual([expect.stringContaining('router could not be used')]);
  expect(routerLog?.seen).toBeUndefined();
  expect(deletion?.creditsGone).toBe(10);
  expect(simulator.ledger().tasks).toHaveLength(2);
});

describe('the command', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'probe-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function run(args: string[], env: Record<string, string>): Promise<{ code: unknown; text: string }> {
    const [typescript, script] = ['../../tools/typescript.js', '../../tools/probe/main.ts'].map((file) =>
      join(__dirname, file),
    );
    const child = spawn(process.execPath, ['--require', typescript ?? '', script ?? '', ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const [code] = (await once(child, 'close')) as [unknown];
    return { code, text };
  }

  test('without a key it orders nothing and says what is missing', async () => {
    expect(await run(['--yes'], {})).toEqual({
      code: 2,
      text: expect.stringContaining('RUNWAYML_API_SECRET is not set') as string,
    });
  });

  test('it says what it may spend and orders nothing without a yes', async () => {
    const simulator = await start();
    const env = { RUNWAYML_API_SECRET: SECRET, RUNWAYML_BASE_URL: simulator.url };
    const { code, text } = await run([], env);
    expect(code).toBe(2);
    expect(text).toMatch(/two videos with wan3[^]+This is the simulator[^]+nobody to ask/);
    expect(simulator.ledger().posts).toEqual([]);
  });

  test('it refuses an account that cannot pay for all of it', async () => {
    const simulator = await start({ account: { creditBalance: 19 } });
    const env = { RUNWAYML_API_SECRET: SECRET, RUNWAYML_BASE_URL: simulator.url };
    const { code, text } = await run(['--yes'], env);
    expect({ code, text }).toEqual({
      code: 2,
      text: 'The account has $0.19 (19 credits), and the probe may need $0.20 (20 credits). Nothing was ordered.\n',
    });
  });

  test('with --yes it runs, prints a summary and writes one file', async () => {
    const simulator = await start();
    const env = { RUNWAYML_API_SECRET: SECRET, RUNWAYML_BASE_URL: simulator.url };
    const { code, text } = await run(['--yes'], env);
    expect(text).toContain('credits are gone');
    expect(code).toBe(0);
    const files = await readdir(folder);
    expect(files).toEqual([expect.stringMatching(/^probe-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.json$/)]);
    const report = JSON.parse(await readFile(join(folder, files[0] ?? ''), 'utf8')) as ProbeReport;
    expect(report).toMatchObject({ schemaVersion: 1, simulated: true, problems: [] });
  });
});
