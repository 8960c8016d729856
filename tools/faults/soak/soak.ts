/**
 * Many reels for a long time, while processes die all the time: what one cell at a time cannot show, such as memory
 * that grows, a wait that is lost under load, or books that do not add up. One worker and one API are never killed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import path from 'node:path';
import { machine } from '../../bench/machine';
import type { LedgerView } from '../../../src/simulator/ledger/ledger-view';
import { eventually } from '../../stack/eventually';
import { Child } from '../../stack/child';
import { CLIENT } from '../auditor/secrets';
import { seededRandom } from '../seeded-random';
import { auditSoak, type SoakAudit } from './soak-audit';
import { type Kill, SoakKills } from './soak-kills';
import { type Kind, SoakLoad } from './soak-load';
import { Stack } from '../stack';
import { type Vitals, vitalsOf, vitalsOfHarness } from './vitals';
import { reservePort } from '../../stack/reserve-port';

export interface SoakOptions {
  readonly minutes: number;
  readonly inFlight: number;
  readonly killEverySeconds: number;
  /** How long a usual task takes at the vendor. */
  readonly taskSeconds: number;
  readonly seed: number;
}

export interface SoakResult extends SoakAudit {
  readonly options: SoakOptions;
  readonly machine: string;
  /** When the load began and when it ended, in milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly kills: readonly Kill[];
  /** Processes that ended by themselves, by name. */
  readonly deaths: Readonly<Record<string, number>>;
  readonly vitals: readonly Vitals[];
  /** Reels that Temporal had running, at each sample since it has been filled up. */
  readonly inFlight: readonly number[];
  readonly ordered: Readonly<Partial<Record<Kind, number>>>;
  /** Seconds until a POST was answered, its repeats included. */
  readonly answers: readonly number[];
  /** Seconds from the answer to the end, of reels that nothing but kills disturbed. */
  readonly plainReels: readonly number[];
  /** Seconds from the death of a worker to the next poll of each task that missed one by it. */
  readonly waits: readonly number[];
  /** Events in the history of each reel's run. */
  readonly histories: readonly number[];
}

/** As it is delivered, but for limits that would stop so many reels, and patience that would outlast the run. */
const SETTINGS = {
  POLL_INTERVAL: '5s',
  HEARTBEAT_TIMEOUT: '30s',
  SUBMIT_TIMEOUT: '20s',
  REGENERATE_DELAY: '2s',
  LOST_ANSWER_QUIET: '5s',
  DECISION_PATIENCE: '10s',
  FETCH_PATIENCE: '10m',
  OUTAGE_PATIENCE: '1m',
  REEL_DEADLINE: '2h',
  REEL_ADMINS: CLIENT,
  CLIENT_REELS_IN_FLIGHT: '100000',
} as const;
const POLL_MS = 5_000;
const SAMPLE_EVERY_MS = 10_000;
const DRAIN_MS = 15 * 60_000;
const SAMPLED_REELS = 100;
const NO_END_OF_CREDITS = 1_000_000_000;

export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const stack = await Stack.start({ settings: SETTINGS, taskSeconds: options.taskSeconds, direct: true });
  let otherApi: Child | undefined;
  try {
    stack.simulator.setAccount({ creditBalance: NO_END_OF_CREDITS });
    const port = await reservePort();
    otherApi = new Child(
      'other-api',
      stack.api.command,
      { ...stack.api.env, PORT: String(port), ...telling(stack, 'other-api') },
      { logFile: logOf(stack, 'other-api') },
    );
    stack.other.env = { ...stack.other.env, ...telling(stack, 'other-worker') };
    otherApi.start();
    stack.other.start();
    const otherApiUrl = `http://127.0.0.1:${port}`;
    await eventually('the other API', () =>
      fetch(`${otherApiUrl}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    return await soak(stack, options, otherApi, otherApiUrl);
  } finally {
    await otherApi?.end();
    await stack.stop();
  }
}

async function soak(
  stack: Stack,
  options: SoakOptions,
  otherApi: Child,
  otherApiUrl: string,
): Promise<SoakResult> {
  // Each has numbers of its own: how fast one asks for them does not change what another gets.
  const load = new SoakLoad(stack, {
    apis: [stack.url, otherApiUrl],
    inFlight: options.inFlight,
    taskSeconds: options.taskSeconds,
    random: seededRandom(options.seed),
  });
  const others = [stack.other, otherApi];
  const kills = new SoakKills(stack, {
    everySeconds: options.killEverySeconds,
    random: seededRandom(options.seed + 1),
    others,
    otherApiUrl,
  });
  const watched = [stack.worker, stack.api, stack.temporal, ...others];
  const vitals: Vitals[] = [];
  const inFlight: number[] = [];
  let samples = 0;
  const over = new AbortController();
  const from = Date.now();
  const to = from + 60_000 * options.minutes;
  const supervised = kills.supervise(over.signal);
  const sampled = (async () => {
    while (Date.now() + SAMPLE_EVERY_MS <= to) {
      await sleep(SAMPLE_EVERY_MS);
      vitals.push(...[...watched.map(vitalsOf), vitalsOfHarness()].filter((one) => one !== undefined));
      const running = await runningReels(stack);
      if (load.isFull && running !== undefined) inFlight.push(running);
      if ((samples += 1) % 6 === 0) progress(load, kills, from, running);
    }
  })();
  await Promise.all([load.run(to), kills.run(to), sampled]);
  console.log('no more orders; waiting for the rest to end');
  await load.drain(Date.now() + DRAIN_MS);
  over.abort();
  await supervised;
  await stack.ready();

  const ledger = stack.simulator.ledger();
  const histories: number[] = [];
  for await (const run of stack.client.workflow.list({ query: `WorkflowType = 'generateReel'` })) {
    histories.push(run.historyLength);
  }
  const logs = [stack.api, stack.worker, ...others].map(({ name }) => logOf(stack, name));
  const audited = await auditSoak(stack, load, ledger, { sample: SAMPLED_REELS, logs });
  const orders = [...load.orders.values()];
  const ordered: Partial<Record<Kind, number>> = {};
  for (const { kind } of orders) ordered[kind] = (ordered[kind] ?? 0) + 1;
  return {
    ...audited,
    options,
    machine: machine(),
    from,
    to,
    kills: kills.kills,
    deaths: kills.deaths,
    vitals,
    inFlight,
    ordered,
    answers: orders.flatMap(({ postedAt, answeredAt }) =>
      answeredAt ? (answeredAt - postedAt) / 1_000 : [],
    ),
    plainReels: orders.flatMap(({ kind, answeredAt, endedAt }) =>
      kind === 'plain' && answeredAt && endedAt ? (endedAt - answeredAt) / 1_000 : [],
    ),
    waits: resumedWaits(ledger, kills.kills),
    histories,
  };
}

function logOf({ folder }: Stack, name: string): string {
  return path.join(folder, `${name}.log`);
}

function telling(stack: Stack, name: string): Record<string, string> {
  const { NODE_OPTIONS: options = '' } = stack.worker.env;
  return {
    NODE_OPTIONS: `${options} --require ${path.join(__dirname, 'tell-vitals.cjs')}`,
    CLOCK_FILE: path.join(stack.folder, 'clock'),
    VITALS_FILE: path.join(stack.folder, `${name}.vitals`),
  };
}

async function runningReels(stack: Stack): Promise<number | undefined> {
  const query = `WorkflowType = 'generateReel' AND ExecutionStatus = 'Running'`;
  return stack.client.workflow.count(query).then(
    ({ count }) => count,
    () => undefined,
  );
}

function progress(
  load: SoakLoad,
  { kills, deaths }: SoakKills,
  from: number,
  running: number | undefined,
): void {
  const minutes = ((Date.now() - from) / 60_000).toFixed(1);
  const facts = `${load.orders.size} ordered, ${load.open} open, ${running ?? '?'} running, ${kills.length} kills`;
  console.log(`${minutes} min: ${facts}, died ${JSON.stringify(deaths)}, ${load.faults.length} faults`);
}

/** Of tasks whose next poll after the death of a worker came late: those were with that worker. */
function resumedWaits(ledger: LedgerView, kills: readonly Kill[]): number[] {
  const deaths = kills.filter(({ victim }) => victim === 'worker' || victim === 'all three');
  return ledger.tasks.flatMap(({ polls }) => {
    const times = polls.map(({ at }) => Date.parse(at));
    return deaths.flatMap(({ at }) => {
      const next = times.findIndex((time) => time > at);
      const [before, after] = [times[next - 1], times[next]];
      if (before === undefined || after === undefined || after - before < 1.5 * POLL_MS) return [];
      return (after - at) / 1_000;
    });
  });
}
