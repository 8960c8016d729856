/** Holds what was seen from outside against what must always be true (docs/guarantees.md). Pure. */
import { isTerminal, type ReelStatus } from '../../../src/contract/reel';
import type { Reel } from '../../../src/contract/schemas/reel';
import type { LedgerView } from '../../../src/simulator/ledger/ledger-view';
import { type Evidence, type Order, postsOf, tasksOf } from './evidence';
import { peakCredits, tooManyCalls, unbounded } from './bounds';
import { webhookFaults } from './webhook-audit';

export interface Violation {
  /** As `INVARIANTS` names it. */
  readonly invariant: Invariant;
  readonly what: string;
}

export const INVARIANTS = {
  readable: 'every reel that was accepted can be read ever after',
  ends: 'every reel ends, or waits for a decision',
  'one task': 'at most one Runway task for each generation',
  credits: 'what the vendor charged stands on the reel, as charged or as uncertain',
  'max credits': 'spending never passes maxCredits, at any instant',
  'one file': 'one stored file for each succeeded reel, with the bytes of the vendor, and nothing temporary',
  downloadable: 'a succeeded reel can be downloaded',
  'state machine':
    'statuses follow the state machine, ended ones never change, the progress of a generation never falls',
  webhooks: 'webhooks come in order, at least once, repeats with the same ID, with a valid signature',
  spacing: 'polls of one task keep their distance',
  calls: 'a dependency that fails gets no more calls than the retry policies say',
  bounded: 'memory, open files and the length of histories stay bounded',
  'one reel': 'equal idempotency keys make one reel',
  strangers: 'nobody sees what belongs to another client',
  secrets: 'no secret is where it can be read',
  replay: 'every history replays on the code as it stands',
} as const;
export type Invariant = keyof typeof INVARIANTS;

/** A busy machine may carry one poll later than the next: the spacing is held to this share. */
const SPACING_SHARE = 0.8;

export function audit(evidence: Evidence, secrets: readonly string[]): Violation[] {
  const found: Violation[] = [];
  const report = (invariant: Invariant, what: string): void => void found.push({ invariant, what });

  for (const order of evidence.orders) auditOrder(evidence, order, report);
  auditPolls(evidence, report);
  for (const file of leftBehind(evidence)) report('one file', `${file} was left behind`);
  for (const [run, fault] of Object.entries(evidence.replays)) {
    if (fault !== '') report('replay', `${run} does not replay: ${fault}`);
  }
  if (evidence.ledger.redirectsFollowed > 0)
    report('secrets', 'a redirect of the vendor was followed, with the key');
  for (const [where, text] of Object.entries(evidence.texts)) {
    for (const secret of secrets) {
      if (text.includes(secret)) report('secrets', `${where} holds ${secret.slice(0, 12)}…`);
    }
  }
  return found;
}

/** Temporary files of these orders' reels, and those that belong to no reel. */
export function leftBehind({ files, orders }: Pick<Evidence, 'files' | 'orders'>): string[] {
  const ids = orders.flatMap((order) => order.ids);
  return files.filter(
    (name) =>
      /\.part|\.lock$|\.tmp/.test(name) &&
      (!name.includes('reels/') || ids.some((id) => name.includes(`reels/${id}/`))),
  );
}

type Report = (invariant: Invariant, what: string) => void;

function auditOrder(evidence: Evidence, order: Order, report: Report): void {
  const ids = [...new Set(order.ids)];
  // Which of them the rest belongs to cannot be told.
  if (ids.length > 1) return report('one reel', `key ${order.key} made ${ids.join(' and ')}`);
  const tasks = tasksOf(evidence.ledger, [order]);
  const vendorCredits = tasks.reduce((sum, { credits }) => sum + credits.charged, 0);
  const id = ids[0];
  if (id === undefined) {
    if (tasks.length > 0) report('credits', `a refused order was charged ${vendorCredits} credits`);
    return;
  }
  auditStrangers(evidence, id, report);
  const seen = evidence.seen[id] ?? [];
  const reel = seen.at(-1);
  if (!reel || evidence.reads[id] !== 200) {
    return report('readable', `reel ${id} cannot be read: HTTP ${evidence.reads[id]}`);
  }
  if (!isTerminal(reel.status) && reel.status !== 'needs_decision') {
    report('ends', `reel ${id} is ${reel.status} (${reel.phase})`);
  }
  auditMoney(reel, tasks, order, report);
  auditFile(evidence, reel, report);
  const own = evidence.deliveries.filter(({ body }) => body.includes(id));
  const posts = postsOf(evidence.ledger, [order]);
  for (const what of tooManyCalls(reel, { posts, tasks }, own, evidence.pollIntervalMs)) {
    report('calls', `${id}: ${what}`);
  }
  for (const what of unbounded(reel, evidence)) report('bounded', what);
  auditStates(seen, order, report);
  if (order.webhook) {
    for (const fault of webhookFaults(reel, own)) report('webhooks', fault);
  }
}

function auditStrangers({ stranger }: Evidence, id: string, report: Report): void {
  for (const [route, { status, text }] of Object.entries(stranger)) {
    if (route.includes(id) && status !== 404)
      report('strangers', `a stranger got HTTP ${status} for ${route}`);
    if (!route.includes(id) && text.includes(id))
      report('strangers', `a stranger is told of ${id} by ${route}`);
  }
}

function auditMoney(reel: Reel, tasks: LedgerView['tasks'], order: Order, report: Report): void {
  const { charged, uncertain } = reel.credits;
  if (tasks.length > reel.generations.length) {
    report('one task', `${tasks.length} tasks for ${reel.generations.length} generations of ${reel.id}`);
  }
  const ids = reel.generations.flatMap(({ runwayTaskId }) => runwayTaskId ?? []);
  if (new Set(ids).size !== ids.length) report('one task', `two generations of ${reel.id} name one task`);
  // A task that still runs at the vendor has not told what it costs.
  const ended = tasks.filter(
    ({ status }) => status !== 'PENDING' && status !== 'RUNNING' && status !== 'THROTTLED',
  );
  const vendor = ended.reduce((sum, { credits }) => sum + credits.charged, 0);
  if (charged > vendor) report('credits', `${reel.id} says ${charged}, the vendor charged ${vendor}`);
  if (charged + uncertain < vendor) {
    report('credits', `${reel.id} says ${charged} and ${uncertain} uncertain, the vendor charged ${vendor}`);
  }
  const limit = order.maxCredits ?? 4 * reel.credits.estimated;
  const most = Math.max(vendor, peakCredits(tasks));
  if (most > limit) report('max credits', `${reel.id} may have cost ${most} of ${limit}`);
}

function auditFile({ downloads, vendorFiles, files }: Evidence, reel: Reel, report: Report): void {
  const stored = files.filter((name) => name.includes(`/${reel.id}/`) && name.endsWith('.mp4'));
  const download = downloads[reel.id];
  if (reel.status !== 'succeeded') {
    if (download?.status === 200) report('one file', `${reel.id} is ${reel.status} and has a video`);
    return;
  }
  if (stored.length !== 1) report('one file', `${reel.id} has ${stored.length} files: ${stored.join(', ')}`);
  if (download?.status !== 200) report('downloadable', `${reel.id}: HTTP ${download?.status}`);
  const task = reel.generations.findLast(({ status }) => status === 'succeeded')?.runwayTaskId ?? '';
  const right = vendorFiles[task];
  const hashes = [reel.video?.sha256, ...(download?.status === 200 ? [download.sha256] : [])];
  if (right !== undefined && hashes.some((hash) => hash !== right)) {
    report('one file', `${reel.id} is not what the vendor made`);
  }
}

const FOLLOWS: Readonly<Record<ReelStatus, readonly ReelStatus[]>> = {
  queued: ['in_progress', 'needs_decision', 'succeeded', 'failed', 'cancelled'],
  in_progress: ['needs_decision', 'succeeded', 'failed', 'cancelled'],
  needs_decision: ['in_progress', 'succeeded', 'failed', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
};

function auditStates(seen: readonly Reel[], { isRepeated }: Order, report: Report): void {
  for (const [index, now] of seen.entries()) {
    if (!(now.progress >= 0 && now.progress <= 1)) {
      report('state machine', `the progress of ${now.id} is ${now.progress}`);
    }
    const before = seen[index - 1];
    if (!before) continue;
    // A person sent the run back: what is under way begins again. What was made stays.
    const begunAgain = isRepeated && !isTerminal(before.status);
    if (begunAgain && !isTerminal(now.status)) continue;
    if (before.status !== now.status && !FOLLOWS[before.status].includes(now.status)) {
      report('state machine', `${now.id} went from ${before.status} to ${now.status}`);
    }
    if (now.generations.length < before.generations.length) {
      report('state machine', `${now.id} lost a generation`);
    }
    if (isTerminal(before.status) && now.credits.charged !== before.credits.charged) {
      report('state machine', `${now.id} changed its price after the end`);
    }
    if (isTerminal(before.status) && now.video?.sha256 !== before.video?.sha256) {
      report('state machine', `${now.id} changed its video after the end`);
    }
    if (
      isUnderWay(now) &&
      now.generations.length === before.generations.length &&
      now.progress < before.progress
    ) {
      report('state machine', `the progress of ${now.id} fell from ${before.progress} to ${now.progress}`);
    }
  }
}

/** A generation that ended without a video has no progress any more. */
function isUnderWay({ generations }: Reel): boolean {
  const { status = 'submitting' } = generations.at(-1) ?? {};
  return status === 'submitting' || status === 'submitted' || status === 'succeeded';
}

function auditPolls({ ledger, orders, pollIntervalMs }: Evidence, report: Report): void {
  for (const task of tasksOf(ledger, orders)) {
    const end = task.polls.findIndex(({ answer }) => /SUCCEEDED|FAILED|CANCELLED/.test(answer));
    // After the end the output's URL is read, and before a delete one look is taken: those are no polls.
    const waits = task.polls.slice(0, end < 0 ? undefined : end + 1).map(({ at }) => Date.parse(at));
    const looks = task.deletes.map(({ at }) => Date.parse(at));
    waits.forEach((at, index) => {
      const gap = at - (waits[index - 1] ?? Number.NEGATIVE_INFINITY);
      const isLook = looks.some((look) => look >= at && look - at < 1_000);
      if (gap < pollIntervalMs * SPACING_SHARE && !isLook) {
        report('spacing', `task ${task.id} was polled twice within ${gap} ms`);
      }
    });
  }
}
