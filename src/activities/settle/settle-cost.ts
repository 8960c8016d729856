import { log } from '@temporalio/activity';
import type { FailureEnvelope } from '../../domain/failure';
import type { TaskOwner } from '../../database/claims';
import type { Storage } from '../../storage/storage';
import { claimsOf } from '../submit/claim-walk';
import type { ActivityDeps } from '../deps';

/**
 * Writes what a task cost, as Runway says, into the ledger. If that fails, the credits stay set aside, and the paid task
 * is not lost.
 */
export async function noteCost(
  storage: Storage,
  { reelId, generation, runwayTaskId }: TaskOwner & { readonly runwayTaskId: string },
  charged: number,
): Promise<void> {
  try {
    if ((await taskOf(storage, { reelId, generation }))?.runwayTaskId !== runwayTaskId) return;
    await storage.ledger.settle(reelId, generation, { charged, uncertain: 0, at: new Date().toISOString() });
  } catch (error) {
    log.warn('what a task cost could not be written down', { runwayTaskId, error });
  }
}

/**
 * Frees the credits that an ended generation did not use, by our own records or Runway's answer. Never by the input of a
 * workflow: whoever can start one could free the credits of others.
 *
 * @param charged credits, as the reel has them: used only if they are not less than what was set aside. `unknown`: the task
 *   may have cost that much, and is not read, since it is gone or was read already.
 * @returns false when Runway could not be asked: all that was set aside counts until then.
 */
export async function settleCost(
  { storage, runway }: Pick<ActivityDeps, 'storage' | 'runway'>,
  generation: TaskOwner,
  charged?: number | 'unknown',
): Promise<boolean> {
  const { reelId, generation: number } = generation;
  const entry = await storage.ledger.find(reelId, number);
  if (!entry || entry.settled?.uncertain === 0) return true;
  const settle = (charged: number, uncertain: number) =>
    storage.ledger.settle(reelId, number, { charged, uncertain, at: new Date().toISOString() });

  const task = await taskOf(storage, generation);
  if (!task) {
    const isFree = await costsNothing(storage, generation);
    await settle(0, isFree ? 0 : entry.reserved);
    // Somebody may have claimed it since: either this sees the claim, or the sender sees what was freed.
    if (isFree && !(await costsNothing(storage, generation))) await settle(0, entry.reserved);
    return true;
  }
  if (charged === 'unknown') {
    await settle(0, task.estimatedCredits ?? entry.reserved);
    return true;
  }
  if (charged !== undefined && charged >= entry.reserved) {
    await settle(charged, 0);
    return true;
  }
  const read = await runway.readTask(task.runwayTaskId);
  const credits = read.kind === 'task' ? read.task.credits : undefined;
  await (credits === undefined ? settle(0, task.estimatedCredits ?? entry.reserved) : settle(credits, 0));
  return read.kind !== 'fault';
}

/** The task that the claims of a generation have. */
async function taskOf(storage: Storage, generation: TaskOwner) {
  const claims = await claimsOf(storage.claims, generation);
  return claims
    .flatMap(({ state }) =>
      state.kind === 'claimed' && state.answer?.kind === 'created' ? state.answer : [],
    )
    .at(0);
}

/** Whether all that was set aside for a generation still counts. */
export async function isSetAside(
  storage: Storage,
  { reelId, generation }: TaskOwner,
  credits: number,
): Promise<boolean> {
  const entry = await storage.ledger.find(reelId, generation);
  const counts = entry?.settled ? entry.settled.charged + entry.settled.uncertain : (entry?.reserved ?? 0);
  return counts >= credits;
}

/** Whether nothing was sent, or Runway took nothing of what was. */
async function costsNothing(storage: Storage, generation: TaskOwner): Promise<boolean> {
  return (await claimsOf(storage.claims, generation)).every(({ state }) => {
    if (state.kind === 'void') return true;
    return (
      state.answer?.kind === 'refused' &&
      (state.answer.failure as FailureEnvelope | null)?.chargedCredits === 0
    );
  });
}
