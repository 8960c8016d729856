/** How much a reel may ask of others, and how much it may hold: invariants 'calls' and 'bounded'. Pure. */
import type { Reel } from '../../../src/contract/schemas/reel';
import type { LedgerView } from '../../../src/simulator/ledger/ledger-view';
import type { Evidence } from './evidence';
import type { Delivery } from '../../stack/webhook-receiver';

/** A failing dependency gets this many times the calls of a healthy one, and what the policy's cap adds. */
const CALLS_SHARE = 1.1;
/** Pauses of docs/retry-policies.md: each next one is twice as long. */
const FIRST_PAUSE_MS = { submit: 2_000, store: 1_000, webhook: 5_000 } as const;
/** Processes that die, and people who have a run begin again, do some calls once more. */
const BEGUN_AGAIN = 3;

/** A plain reel has less than 45 events; a regenerated one less than this for each further generation. */
const EVENTS_OF_GENERATION = 30;
const EVENTS = 45;
/** Workflow tasks that died with their process or found Temporal gone, activities that were cancelled, decisions. */
const EVENTS_OF_FAULTS = 45;
/** Docs promise 600 MB with 500 reels in flight. */
const MEGABYTES = 600;
const FILES = 300;

/** What was called more often than the policies allow. */
export function tooManyCalls(
  { generations }: Pick<Reel, 'generations'>,
  { posts, tasks }: Pick<LedgerView, 'posts' | 'tasks'>,
  deliveries: readonly Delivery[],
  pollIntervalMs: number,
): string[] {
  const found: string[] = [];
  const hold = (what: string, calls: number, most: number): void => {
    if (calls > most) found.push(`${calls} ${what}, of ${Math.floor(most)}`);
  };
  const submits = posts.map(({ at }) => at);
  hold('paid POSTs', submits.length, generations.length + tries(submits, FIRST_PAUSE_MS.submit));
  for (const { id, polls, downloads } of tasks) {
    const looks = polls.map(({ at }) => at);
    const healthy = 1 + span(looks) / pollIntervalMs;
    hold(`reads of task ${id}`, looks.length, CALLS_SHARE * healthy + BEGUN_AGAIN + downloads.length);
    const fetches = downloads.map(({ at }) => at);
    hold(`downloads of task ${id}`, fetches.length, 1 + tries(fetches, FIRST_PAUSE_MS.store));
  }
  for (const id of new Set(deliveries.map(({ headers }) => String(headers['webhook-id'])))) {
    const own = deliveries.filter(({ headers }) => headers['webhook-id'] === id).map(({ at }) => at);
    hold(`POSTs of webhook ${id}`, own.length, 1 + tries(own, FIRST_PAUSE_MS.webhook));
  }
  return found;
}

/** How often a call may be repeated in this time, when each pause is twice the one before. */
function tries(times: readonly string[], firstPauseMs: number): number {
  return BEGUN_AGAIN + Math.log2(1 + span(times) / firstPauseMs);
}

/** From the first to the last, in milliseconds. */
function span(times: readonly string[]): number {
  const all = times.map((at) => Date.parse(at));
  return all.length === 0 ? 0 : Math.max(...all) - Math.min(...all);
}

/** What is larger than it may be: histories of this reel, and processes. */
export function unbounded(reel: Reel, { historyEvents, vitals }: Evidence): string[] {
  const most = EVENTS + EVENTS_OF_FAULTS + EVENTS_OF_GENERATION * Math.max(0, reel.generations.length - 1);
  return [
    ...Object.entries(historyEvents)
      .filter(([run, events]) => run.includes(reel.id) && events > most)
      .map(([run, events]) => `the history of ${run} has ${events} events, of ${most}`),
    ...vitals
      .filter(({ megabytes }) => megabytes > MEGABYTES)
      .map(({ process, megabytes }) => `${process} holds ${Math.round(megabytes)} MB`),
    ...vitals
      .filter(({ files }) => files > FILES)
      .map(({ process, files }) => `${process} holds ${files} open files`),
  ];
}

/**
 * The most that the vendor may have charged for these tasks at any instant: it rises when one is made, and counts
 * those that had ended by then at their price, the others at their estimate.
 */
export function peakCredits(tasks: LedgerView['tasks']): number {
  const instants = tasks.map(({ createdAt }) => createdAt);
  const at = (instant: string) =>
    tasks
      .filter(({ createdAt }) => createdAt <= instant)
      .map((task) => (hadEnded(task, instant) ? task.credits.charged : Math.max(...creditsOf(task))))
      .reduce((sum, credits) => sum + credits, 0);
  return Math.max(0, ...instants.map(at));
}

/** Seen from outside: somebody had read its end, or had deleted it. */
function hadEnded({ polls, deletes }: LedgerView['tasks'][number], instant: string): boolean {
  const ends = [...polls.filter(({ answer }) => /SUCCEEDED|FAILED|CANCELLED/.test(answer)), ...deletes];
  return ends.some(({ at }) => at <= instant);
}

function creditsOf({ credits }: LedgerView['tasks'][number]): readonly [number, number] {
  return [credits.estimated, credits.charged];
}
