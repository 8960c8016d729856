import { ApplicationFailure } from '@temporalio/common';
import type { RunwayTaskRef, Submitted } from '../../domain/activity-args';
import type { RunwayTask } from '../../runway/calls/task-read';
import type { ClaimState } from '../../database/claims';
import type { Storage } from '../../storage/storage';
import { lastSent } from './claim-walk';
import type { ActivityDeps } from '../deps';
import { failure } from '../failure';
import { requireOwnBackend } from '../guards/own-backend';
import { storageCall } from '../storage-call';
import { generationsSince, isTaken, sentOf } from './task-owner';

/** Clocks of Runway and of this machine may differ by so much. */
const CLOCKS_MS = 120_000;
/** A generation's credits are set aside this long before it is sent, at most. */
const SET_ASIDE_BEFORE_MS = 2 * 3_600_000;

type Claimed = Extract<ClaimState, { kind: 'claimed' }>;

/**
 * Takes a task that was found in Runway's Request History as that of a generation whose answer was lost. It reads the
 * task, binds it to this generation alone, and writes it into the claim, where every later run finds it.
 *
 * @throws ApplicationFailure `adopt_refused`, for good, with the reason for people; retryable when Runway gives no
 *   clear answer.
 */
export function adoptTask({ backend, runway, storage }: ActivityDeps) {
  return async (args: RunwayTaskRef): Promise<Submitted> => {
    requireOwnBackend(backend, args.backend);
    const { reelId, generation, runwayTaskId } = args;
    // The form that every other way to a task ID asks for: it becomes a search attribute.
    if (!/^[!-~]{1,200}$/.test(runwayTaskId)) throw refused('this is not the ID of a Runway task');
    const sent = await storageCall(() => lastSent(storage.claims, args));
    if (!sent) throw refused('nothing was submitted for this generation');
    const { answer } = sent.state;
    if (answer?.kind === 'created') return requireSame(answer.runwayTaskId, runwayTaskId);
    if (await storageCall(() => isTaken(storage, args))) throw taken(runwayTaskId);

    const read = await runway.readTask(runwayTaskId);
    if (read.kind === 'not_found') throw refused(`Runway has no task ${runwayTaskId}`);
    if (read.kind !== 'task') throw failure('read_failed', { words: read.words, operationId: runwayTaskId });
    const { id = runwayTaskId } = read.task;
    // In another spelling one task would be two here, and could be given to two.
    if (id !== runwayTaskId) throw refused(`Runway calls this task ${id}: send that ID`);
    await storageCall(() => requireFit(storage, args, sent.state, read.task));

    // From here on nobody else gets it, whatever dies: a redo finds that it has the task already.
    const owner = await storageCall(() => storage.claims.takeTask(runwayTaskId, { reelId, generation }));
    if (owner?.reelId !== reelId || owner.generation !== generation) throw taken(runwayTaskId);
    const at = new Date().toISOString();
    await storageCall(() => storage.claims.answer(sent.key, { kind: 'created', at, runwayTaskId }));
    // Of two tasks that were sent for this generation at once, the claim has the first.
    const has = await storageCall(() => storage.claims.read(sent.key));
    const kept =
      has?.kind === 'claimed' && has.answer?.kind === 'created' ? has.answer.runwayTaskId : undefined;
    if (kept !== runwayTaskId) await storageCall(() => storage.claims.releaseTask(runwayTaskId));
    return requireSame(kept, runwayTaskId);
  };
}

function requireSame(kept: string | undefined, runwayTaskId: string): Submitted {
  if (kept === runwayTaskId) return { runwayTaskId };
  throw refused(`the generation has its task already: ${kept}`);
}

/**
 * The task has to be one that this submit can have made: by when it was made and what it cost, as far as Runway tells.
 * Clocks differ; but a task that another submit of ours explains without such an excuse is not given away.
 *
 * @throws ApplicationFailure `adopt_refused`
 */
async function requireFit(
  storage: Storage,
  { reelId, generation, runwayTaskId }: RunwayTaskRef,
  sent: Claimed,
  { createdAt, credits, status }: RunwayTask,
): Promise<void> {
  const own = await storage.ledger.find(reelId, generation);
  // What failed or was cancelled may have been refunded.
  const price = status === 'SUCCEEDED' ? credits : undefined;
  // What was set aside is a whole number.
  if (own && price !== undefined && Math.ceil(price) !== own.reserved) {
    throw refused(`${runwayTaskId} cost ${price} credits, and this generation costs ${own.reserved}`);
  }
  if (createdAt === undefined) return;
  const made = Date.parse(createdAt);
  const { from, to } = windowOf(sent);
  if (made < from - CLOCKS_MS || made > to + CLOCKS_MS) {
    const when = `between ${iso(from)} and ${iso(to)}`;
    throw refused(`${runwayTaskId} was made at ${createdAt}, and this generation was submitted ${when}`);
  }
  const isExact = made >= from && made <= to;
  for (const other of await generationsSince(storage, made - SET_ASIDE_BEFORE_MS)) {
    if (other.reelId === reelId && other.generation === generation) continue;
    for (const claim of await sentOf(storage, other)) {
      const window = windowOf(claim);
      if (isAnswered(claim) || made < window.from || made > window.to) continue;
      if (!isExact) throw taken(runwayTaskId);
      if (own && other.reserved !== own.reserved && price === undefined && !hasEnded(status)) {
        throw refused(`what ${runwayTaskId} costs tells whose it is: ask again when it has succeeded`);
      }
      if (claim.answer === undefined && Date.now() < Date.parse(claim.entry.answerBefore)) {
        throw refused(
          `another submit that may have made ${runwayTaskId} still waits for its answer: ask again in a minute`,
        );
      }
    }
  }
}

function hasEnded(status: string): boolean {
  return status === 'SUCCEEDED' || status === 'FAILED' || status === 'CANCELLED';
}

/** Whether it is known what the submit came to: then it made no other task. */
function isAnswered({ answer }: Claimed): boolean {
  return answer?.kind === 'created' || answer?.kind === 'refused';
}

/** From when to when the task of a submit can have been made. */
function windowOf({ entry, answer }: Claimed): { readonly from: number; readonly to: number } {
  return { from: Date.parse(entry.claimedAt), to: Date.parse(answer?.at ?? entry.answerBefore) };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function taken(runwayTaskId: string): ApplicationFailure {
  return refused(`${runwayTaskId} is the task of another generation`);
}

function refused(reason: string): ApplicationFailure {
  return ApplicationFailure.create({ type: 'adopt_refused', message: reason, nonRetryable: true });
}
