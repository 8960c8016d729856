import { activityInfo, CancelledFailure, log } from '@temporalio/activity';
import { hostname } from 'node:os';
import type { SubmitArgs, Submitted } from '../domain/activity-args';
import type { Counters } from '../domain/diagnosis';
import type { ReelRequest } from '../domain/request';
import { buildCreate } from '../runway/create-body';
import { entryOf } from '../runway/error-catalog';
import { failureEnvelope } from '../runway/failure-envelope';
import { countersOf } from '../runway/organization';
import { estimateCredits } from '../runway/prices';
import type { Refusal } from '../runway/submit-outcome';
import type { ClaimAnswer, ClaimEntry, ClaimKey } from '../storage/claims';
import type { Storage } from '../storage/storage';
import { walkClaims } from './claim-walk';
import type { ActivityDeps } from './deps';
import { failure, failureFrom } from './fail';
import { stopReason, whileBeating } from './heartbeat';
import { requireOwnBackend } from './own-backend';
import { backoffMs } from './pacing';
import { storageCall } from './storage-call';

const BEAT_EVERY_MS = 2_000;
/** Time for the connection to stand. A process that wakes up later than this does not send any more. */
const SEND_WITHIN_MS = 15_000;
/** Time for an answer that came at the last moment to reach the disk. */
const WRITE_DOWN_WITHIN_MS = 2_000;
const RETRY_BASE_MS = 2_000;
const RETRY_CAP_MS = 300_000;
/** The daily cap frees up bit by bit over 24 hours. */
const DAILY_LIMIT_LOOK_MS = 900_000;
const COUNTERS_WITHIN_MS = 3_000;

/**
 * Submits one paid generation: one attempt is at most one POST, on a fresh connection, fenced by its claim.
 *
 * @throws ApplicationFailure with the catalog's verdict; retryable only where Runway took nothing or
 *   nothing was sent.
 */
export function submitGeneration(deps: ActivityDeps) {
  return async (args: SubmitArgs): Promise<Submitted> => {
    requireOwnBackend(deps.backend, args.backend);
    return whileBeating(
      BEAT_EVERY_MS,
      () => undefined,
      () => submit(deps, args),
    );
  };
}

async function submit(deps: ActivityDeps, args: SubmitArgs): Promise<Submitted> {
  const { runway, storage } = deps;
  const { claims } = storage;
  const estimate = estimateCredits(args.request);
  // Everything that can fail without cost comes before the claim.
  const create = buildCreate(args.request, await imageUri(storage, args.request));
  const walk = await storageCall(() => walkClaims(claims, args, estimate));
  if (walk.kind === 'created') return submitted(walk);
  if (walk.kind === 'failed') throw failureFrom(walk.failure);

  await setCreditsAside(deps, args, estimate);
  const before = await countersBefore(runway, args.request.model);
  stopIfTold();
  const key: ClaimKey = { reelId: args.reelId, generation: args.generation, number: walk.number };
  const sendBefore = Date.now() + SEND_WITHIN_MS;
  if (!(await storageCall(() => claims.claim(key, claimEntry(sendBefore, args.timeoutMs, before))))) {
    // Another sender came first, or somebody proved that this one never would. The next attempt looks again.
    throw failure('not_sent', { words: 'another sender holds the claim' }, { nextRetryDelayMs: 1_000 });
  }

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
 * Sets the most that the generation may cost aside in the ledger of spending, and frees what the ones before it did
 * not use. Nothing is sent beyond the daily budget.
 */
async function setCreditsAside(deps: ActivityDeps, args: SubmitArgs, credits: number): Promise<void> {
  const { storage, budget } = deps;
  const { reelId, generation, client, request } = args;
  const at = new Date().toISOString();
  const limits = { total: budget.dailyMaxCredits, client: budget.keyDailyMaxCredits[client] };
  const reserved = await storageCall(async () => {
    for (const cost of args.earlier) await storage.ledger.settle(reelId, cost.generation, { ...cost, at });
    return storage.ledger.reserve({ reelId, generation, client, model: request.model, credits, at }, limits);
  });
  if (reserved.ok) return;
  const words = `${reserved.committed} of ${reserved.limit} credits are spent or set aside in the last 24 hours`;
  const free = reserved.freeAt === undefined ? DAILY_LIMIT_LOOK_MS : Date.parse(reserved.freeAt) - Date.now();
  // The reel is accepted, so it waits; only a POST is refused.
  throw failureFrom(
    {
      ...failureEnvelope(entryOf('daily_budget_reached'), { words }),
      verdict: 'retry-call',
      chargedCredits: 0,
    },
    { nextRetryDelayMs: Math.min(Math.max(free, 1_000), DAILY_LIMIT_LOOK_MS), benign: true },
  );
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

function stopIfTold(): void {
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
    entry === entryOf('daily_limit_reached')
      ? DAILY_LIMIT_LOOK_MS
      : backoffMs(attempt, RETRY_BASE_MS, RETRY_CAP_MS);
  return Math.max(retryAfterMs, own);
}
