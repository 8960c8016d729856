import { ApplicationFailure } from '@temporalio/common';
import type { GenerationRef, RunwayTaskRef, Submitted } from '../domain/activity-args';
import type { Storage } from '../storage/storage';
import { claimsOf, lastSent } from './claims-of';
import type { ActivityDeps } from './deps';
import { failure } from './fail';
import { requireOwnBackend } from './own-backend';
import { storageCall } from './storage-call';

/** How far back a task could have been submitted for another reel that is still being decided about. */
const OTHERS_MS = 8 * 86_400_000;

/**
 * Takes a task that a person found at Runway as that of a generation whose answer was lost. It looks at the task, and
 * writes it into the claim, so that every later run finds it there.
 *
 * @throws ApplicationFailure `adopt_refused`, for good, with the reason for people; retryable when Runway gives no
 *   clear answer.
 */
export function adoptTask({ backend, runway, storage }: ActivityDeps) {
  return async (args: RunwayTaskRef): Promise<Submitted> => {
    requireOwnBackend(backend, args.backend);
    const { runwayTaskId } = args;
    // The form that every other way to a task ID asks for: it becomes a search attribute.
    if (!/^[!-~]{1,200}$/.test(runwayTaskId)) throw refused('this is not the ID of a Runway task');
    const sent = await storageCall(() => lastSent(storage.claims, args));
    if (!sent) throw refused('nothing was submitted for this generation');
    const { answer } = sent.state;
    if (answer?.kind === 'created') {
      if (answer.runwayTaskId === runwayTaskId) return { runwayTaskId };
      throw refused(`the generation has its task already: ${answer.runwayTaskId}`);
    }
    if (await storageCall(() => isTaken(storage, args))) {
      throw refused(`${runwayTaskId} is the task of another generation`);
    }

    const read = await runway.readTask(runwayTaskId);
    if (read.kind === 'not_found') throw refused(`Runway has no task ${runwayTaskId}`);
    if (read.kind !== 'task') throw failure('read_failed', { words: read.words, operationId: runwayTaskId });
    const at = new Date().toISOString();
    await storageCall(() => storage.claims.answer(sent.key, { kind: 'created', at, runwayTaskId }));
    return { runwayTaskId };
  };
}

/** One task must never pay for two generations: neither of this reel nor of another. */
async function isTaken(
  storage: Storage,
  { reelId, generation, runwayTaskId }: RunwayTaskRef,
): Promise<boolean> {
  const own = Array.from({ length: generation }, (_, index) => ({ reelId, generation: index + 1 }));
  const others = (await storage.ledger.list(new Date(Date.now() - OTHERS_MS))).filter(
    (entry) => entry.reelId !== reelId,
  );
  for (const candidate of [...own, ...others]) {
    if (await holds(storage, candidate, runwayTaskId)) return true;
  }
  return false;
}

async function holds(
  storage: Storage,
  candidate: Pick<GenerationRef, 'reelId' | 'generation'>,
  runwayTaskId: string,
): Promise<boolean> {
  return (await claimsOf(storage.claims, candidate)).some(
    ({ state }) =>
      state.kind === 'claimed' &&
      state.answer?.kind === 'created' &&
      state.answer.runwayTaskId === runwayTaskId,
  );
}

function refused(reason: string): ApplicationFailure {
  return ApplicationFailure.create({ type: 'adopt_refused', message: reason, nonRetryable: true });
}
