import { activityInfo, CancelledFailure, log } from '@temporalio/activity';
import { hostname } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import type { SubmitArgs, Submitted } from '../../domain/activity-args';
import type { Counters } from '../../contract/schemas/findings';
import type { ReelHead } from '../../domain/reel';
import type { ReelRequest } from '../../contract/schemas/request';
import { buildCreate } from '../../runway/calls/create-body';
import { entryOf } from '../../runway/failures/error-catalog';
import { failure, failureEnvelope, failureFrom } from '../failure';
import { countersOf } from '../../runway/calls/organization';
import { estimateCredits } from '../../runway/models/prices';
import type { Refusal } from '../../runway/calls/submit-outcome';
import type { ClaimAnswer, ClaimEntry, ClaimKey } from '../../database/claims';
import type { Storage } from '../../storage/storage';
import { walkClaims } from './claim-walk';
import type { ActivityDeps } from '../deps';
import { stopReason, whileBeating } from '../heartbeat';
import { requireOwnBackend } from '../guards/own-backend';
import { backoffMs, DAILY_LIMIT_PAUSE_MS, SUBMIT_BACKOFF } from '../pacing';
import { isSetAside, settleCost } from '../settle/settle-cost';
import { storageCall } from '../storage-call';

/** Time for the connection to stand. A process that wakes up later than this does not send any more. */
const SEND_WITHIN_MS = 15_000;
/** Time for an answer that came at the last moment to reach the disk. */
const WRITE_DOWN_WITHIN_MS = 2_000;
const COUNTERS_WITHIN_MS = 3_000;
/** Prices have decimals, and sums of them an error. */
const ROUNDING = 1e-6;

/**
 * Submits one paid generation: one attempt is at most one POST, on a fresh connection, fenced by its claim.
 *
 * @throws ApplicationFailure with the catalog's verdict; retryable only where Runway took nothing or
 *   nothing was sent.
 */
export function submitGeneration(deps: ActivityDeps) {
  return async (args: SubmitArgs): Promise<Submitted> => {
    requireOwnBackend(deps.backend, args.backend);
    return whileBeating(() => submit(deps, args));
  };
}

async function submit(deps: ActivityDeps, args: SubmitArgs): Promise<Submitted> {
  const { runway, storage } = deps;
  const { claims } = storage;
  const head = await orderedHead(storage, args);
  requireOwnBackend(deps.backend, head.backend);
  const estimate = estimateCredits(args.request);
  // Everything that can fail without cost comes before the claim.
  const create = buildCreate(args.request, await imageUri(storage, args.request));
  const walk = await storageCall(() => walkClaims(claims, args, estimate));
  if (walk.kind === 'created') return submitted(walk);
  if (walk.kind === 'failed') throw failureFrom(walk.failure);

  await setCreditsAside(deps, args, head, estimate);
  const before = await countersBefore(runway, args.request.model);
  stopIfAsked();
  const key: ClaimKey = { reelId: args.reelId, generation: args.generation, number: walk.number };
  const sendBefore = Date.now() + SEND_WITHIN_MS;
  if (!(await storageCall(() => claims.claim(key, claimEntry(sendBefore, args.timeoutMs, before))))) {
    // Another sender came first, or the claim was voided. The next attempt reads the claims again.
    throw failure('not_sent', { words: 'another sender holds the claim' }, { nextRetryDelayMs: 1_000 });
  }

  await requireSetAside(storage, key, estimate);

  // From here to the answer no cancellation is followed: bytes may have left, and the task ID must be learnt.
  const outcome = await runway.submit(create, { timeoutMs: args.timeoutMs, sendBefore });
  const at = new Date().toISOString();
  if (outcome.kind === 'created') {
    const answer = submitted(outcome);
    await writeDown(storage, key, { kind: 'created', at, ...answer });
    return answer;
  }
  const uncertain = outcome.kind === 'unknown' ? { uncertainCredits: estimate } : {};
  const { entry, words, httpStatus, requestId } = outcome.refusal;
  const envelope = failureEnvelope(entry, { words, httpStatus, requestId, ...uncertain });
  await writeDown(storage, key, {
    kind: outcome.kind === 'unknown' ? 'unknown' : 'refused',
    at,
    failure: envelope,
  });
  throw failureFrom(envelope, {
    nextRetryDelayMs: retryDelayMs(outcome.refusal, activityInfo().attempt),
    benign: entry.verdict === 'retry-call',
  });
}

/**
 * The reel as it was accepted: whose it is, and what it may cost. The arguments say it too, and are not believed.
 *
 * @throws ApplicationFailure retryable without a record (a copy of DATA_DIR may be brought back: nothing is paid for
 *   without), for good when something else than the reel was to be made.
 */
async function orderedHead(storage: Storage, { reelId, request }: SubmitArgs): Promise<ReelHead> {
  const record = await storageCall(() => storage.readRecord(reelId));
  if (!record) throw failure('storage_unavailable', { words: `there is no record of the reel ${reelId}` });
  if (isOf(record.head.request, request)) return record.head;
  throw failure('invalid_request', { words: `this is not what was ordered as the reel ${reelId}` });
}

/** Whether a fallback that the order permits can have made these settings of it. The plan itself is in the history. */
function isOf(ordered: ReelRequest, asked: ReelRequest): boolean {
  if (isDeepStrictEqual(ordered, asked)) return true;
  const { fallbacks = [] } = ordered;
  const models = fallbacks.flatMap((fallback) => /^model:(.+)$/.exec(fallback)?.[1] ?? []);
  const isKept = (field: 'promptImage' | 'negativePrompt' | 'seed') =>
    asked[field] === undefined || asked[field] === ordered[field];
  const isKeptAsIs = (field: 'ratio' | 'duration') => asked[field] === ordered[field];
  return (
    fallbacks.length > 0 &&
    [ordered.model, ...models].includes(asked.model) &&
    // Another model may have other sizes and lengths.
    (asked.model !== ordered.model || (isKeptAsIs('ratio') && isKeptAsIs('duration'))) &&
    (asked.audio === ordered.audio || asked.audio === 'none') &&
    (asked.promptText === ordered.promptText ||
      (fallbacks.includes('shorter_prompt') && asked.promptText.length < ordered.promptText.length)) &&
    isKept('promptImage') &&
    isKept('negativePrompt') &&
    isKept('seed')
  );
}

/**
 * Sets the most that the generation may cost aside in the ledger of spending, and frees what the ones before it did
 * not use. Nothing is sent beyond the daily budget, nor beyond the maximum of the reel.
 */
async function setCreditsAside(
  deps: ActivityDeps,
  { reelId, generation, request }: SubmitArgs,
  { client, maxCredits }: ReelHead,
  credits: number,
): Promise<void> {
  const { storage, budget } = deps;
  const at = new Date().toISOString();
  const limits = { total: budget.dailyMaxCredits, client: ownLimit(budget.keyDailyMaxCredits, client) };
  let committed = credits;
  for (let earlier = 1; earlier < generation; earlier += 1) {
    const known = await storageCall(() => settleCost(deps, { reelId, generation: earlier }));
    if (!known) throw failure('read_failed', { words: `what generation ${earlier} cost is not known yet` });
    const entry = await storageCall(() => storage.ledger.find(reelId, earlier));
    committed += entry?.settled ? entry.settled.charged + entry.settled.uncertain : (entry?.reserved ?? 0);
  }
  if (committed > maxCredits + ROUNDING) throw failure('budget_exhausted');
  const entry = { reelId, generation, client, model: request.model, credits, at };
  const reserved = await storageCall(() => storage.ledger.reserve(entry, limits));
  if (reserved.ok) return;
  // What all clients spend is none of this one's business, and the words stand on its reel.
  const words =
    reserved.of === 'client'
      ? `${reserved.committed} of ${reserved.limit} credits are spent or set aside in the last 24 hours`
      : 'the credits that the service may spend in 24 hours are spent or set aside';
  const free =
    reserved.freeAt === undefined ? DAILY_LIMIT_PAUSE_MS : Date.parse(reserved.freeAt) - Date.now();
  // The reel is accepted, so it waits; only a POST is refused.
  throw failureFrom(
    {
      ...failureEnvelope(entryOf('daily_budget_reached'), { words }),
      verdict: 'retry-call',
      chargedCredits: 0,
    },
    { nextRetryDelayMs: Math.min(Math.max(free, 1_000), DAILY_LIMIT_PAUSE_MS), benign: true },
  );
}

/**
 * Whoever ends a reel frees what its generations did not use. If that came between the ledger and the claim, this
 * would be sent and count for nothing.
 *
 * @throws ApplicationFailure `not_sent`, retryable.
 */
async function requireSetAside(storage: Storage, key: ClaimKey, credits: number): Promise<void> {
  // A disk that fails now tells nothing of it, and a claim without an answer would be in doubt for ever.
  if (await isSetAside(storage, key, credits).catch(() => true)) return;
  const words = 'what was set aside for it has been freed';
  const envelope = failureEnvelope(entryOf('not_sent'), { words });
  await writeDown(storage, key, { kind: 'refused', at: new Date().toISOString(), failure: envelope });
  throw failureFrom(envelope, { nextRetryDelayMs: 1_000 });
}

function ownLimit(limits: Readonly<Record<string, number>>, client: string): number | undefined {
  return Object.hasOwn(limits, client) ? limits[client] : undefined;
}

/** What Runway's counters show now: evidence, should the answer be lost. A submit never waits long for it. */
async function countersBefore(runway: ActivityDeps['runway'], model: string): Promise<Counters | undefined> {
  const read = await runway.readOrganization(AbortSignal.timeout(COUNTERS_WITHIN_MS));
  return countersOf(read, model);
}

function submitted({ runwayTaskId, estimatedCredits, requestId }: Submitted): Submitted {
  return {
    runwayTaskId,
    ...(estimatedCredits === undefined ? {} : { estimatedCredits }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

function stopIfAsked(): void {
  const reason = stopReason();
  if (reason === 'cancelled') throw new CancelledFailure('cancelled before anything was sent');
  if (reason === 'handed_back')
    throw failure('not_sent', { words: 'this worker is stopping' }, { nextRetryDelayMs: 1 });
}

function claimEntry(sendBefore: number, timeoutMs: number, before: Counters | undefined): ClaimEntry {
  const { workflowExecution, activityId, attempt } = activityInfo();
  return {
    claimedAt: new Date().toISOString(),
    sendBefore: new Date(sendBefore).toISOString(),
    answerBefore: new Date(sendBefore + timeoutMs + WRITE_DOWN_WITHIN_MS).toISOString(),
    sender: `${hostname()} process ${process.pid}, run ${workflowExecution?.runId}, activity ${activityId}, attempt ${attempt}`,
    ...(before ? { before } : {}),
  };
}

/** The answer also goes to Temporal: a disk that fails now must not lose a task ID that is known. */
async function writeDown(storage: Storage, key: ClaimKey, answer: ClaimAnswer): Promise<void> {
  try {
    await storage.claims.answer(key, answer);
  } catch (error) {
    log.error('could not write the answer into its claim', { ...key, kind: answer.kind, error });
  }
}

async function imageUri(storage: Storage, request: ReelRequest): Promise<string | undefined> {
  if (!request.promptImage?.startsWith('stored:')) return request.promptImage;
  const { promptImage } = request;
  const { bytes, contentType } = await storageCall(() => storage.readImage(promptImage));
  return `data:${contentType};base64,${bytes.toString('base64')}`;
}

/** Never sooner than our own back-off: "Retry-After: 0" for ever would be a POST every few milliseconds. */
function retryDelayMs({ entry, retryAfterMs = 0 }: Refusal, attempt: number): number {
  const own =
    entry === entryOf('daily_limit_reached') ? DAILY_LIMIT_PAUSE_MS : backoffMs(attempt, SUBMIT_BACKOFF);
  return Math.max(retryAfterMs, own);
}
