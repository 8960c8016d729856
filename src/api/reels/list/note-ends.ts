/**
 * Notes what lists cannot know otherwise: that a run was ended from outside (*Terminate*, a time-out), or begun again (*Reset*).
 * Neither writes anything into the database.
 */
import { setInterval as every } from 'node:timers/promises';
import type { Logger } from 'pino';
import { GENERATE_REEL } from '../../../domain/generate-reel';
import { createGate } from '../../http/gate';
import { isTerminal } from '../../../contract/reel';
import { callTemporal } from '../../temporal/temporal-call';
import { msOf } from '../../temporal/timestamp';
import type { ApiDeps } from '../../deps';
import { createReelFinder, type ReelFinder } from '../view/reel-finder';

const EVERY_MS = 60_000;
/** Visibility is late by less, and so is the clock of another machine. */
const OVERLAP_MS = 120_000;
const PAGE = 1_000;
/** Reels that are looked at one by one at each time, whatever visibility says of them. */
const LOOKS = 50;
const LOOKS_AT_ONCE = 4;
/** An order whose run is not there after this time was not started. */
const STARTED_WITHIN_MS = 600_000;

const TASK = 'note_ends';

/** What `note_ends` keeps from one time to the next. */
interface Progress {
  readonly sinceMs: number;
  /** The last reel that was looked at by itself. */
  readonly looked: string;
}

type Deps = Pick<ApiDeps, 'client' | 'storage' | 'settings'>;

/**
 * Looks once, unless a process has done so within the minute.
 *
 * @returns how many reels it noted anew; undefined when it was not its turn.
 * @throws Problem 503, StorageError: the next time makes up for it.
 */
export async function noteEnds(
  deps: Deps,
  { now = Date.now, everyMs = EVERY_MS }: { readonly now?: () => number; readonly everyMs?: number } = {},
): Promise<number | undefined> {
  const { storage } = deps;
  const startedMs = now();
  const turn = await storage.takeTurn(TASK, { nowMs: startedMs, everyMs });
  if (!turn) return undefined;
  const { sinceMs, looked } = progressIn(turn.note);
  const changed = await storage.findChanged(await runsSince(deps, sinceMs - OVERLAP_MS));
  const next = await storage.listOpen(looked, LOOKS);
  const gate = createGate(LOOKS_AT_ONCE);
  const finder = createReelFinder(deps);
  const noteThose = (ids: readonly string[], mayBeOpen: boolean) =>
    ids.map((id) => gate(() => noteOne({ ...deps, finder, mayBeOpen, nowMs: startedMs }, id)));
  const others = next.filter((id) => !changed.includes(id));
  const noted = await Promise.all([...noteThose(changed, true), ...noteThose(others, false)]);
  const progress: Progress = { sinceMs: startedMs, looked: next.length < LOOKS ? '' : (next.at(-1) ?? '') };
  await storage.keepTurn(TASK, JSON.stringify(progress));
  return noted.filter(Boolean).length;
}

function progressIn(note: string | undefined): Progress {
  try {
    const { sinceMs, looked } = JSON.parse(note ?? '{}') as Partial<Progress>;
    return { sinceMs: Number(sinceMs ?? 0), looked: String(looked ?? '') };
  } catch {
    return { sinceMs: 0, looked: '' };
  }
}

/** Runs of reels that have begun or ended since; of several of one workflow the latest. */
async function runsSince(
  { client }: Deps,
  sinceMs: number,
): Promise<{ readonly workflowId: string; readonly isOpen: boolean }[]> {
  const since = `'${new Date(Math.max(0, sinceMs)).toISOString()}'`;
  const query = `WorkflowType = '${GENERATE_REEL}' AND (StartTime >= ${since} OR CloseTime >= ${since})`;
  const { namespace } = client.options;
  const runs = new Map<string, { readonly isOpen: boolean; readonly startedMs: number }>();
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await callTemporal(client, 'Temporal does not answer.', () =>
      client.workflowService.listWorkflowExecutions({ namespace, query, pageSize: PAGE, nextPageToken }),
    );
    for (const { execution, closeTime, startTime } of page.executions) {
      const workflowId = execution?.workflowId ?? '';
      const startedMs = msOf(startTime ?? {});
      if (startedMs < (runs.get(workflowId)?.startedMs ?? 0)) continue;
      runs.set(workflowId, { isOpen: !closeTime, startedMs });
    }
    nextPageToken = page.nextPageToken;
  } while (nextPageToken?.length);
  return [...runs].map(([workflowId, { isOpen }]) => ({ workflowId, isOpen }));
}

/** @returns whether something was noted. */
async function noteOne(
  {
    finder,
    storage,
    mayBeOpen,
    nowMs,
  }: Deps & { readonly finder: ReelFinder; readonly mayBeOpen: boolean; readonly nowMs: number },
  id: string,
): Promise<boolean> {
  const view = await finder.find(id);
  if (!view) {
    const order = await storage.readOrder(id);
    if (!order || nowMs - Date.parse(order.createdAt) < STARTED_WITHIN_MS) return false;
    await storage.noteSeen(id, undefined);
    return true;
  }
  // As it is noted. Its end may be noted at this moment, and must stay.
  if (!mayBeOpen && !isTerminal(view.status)) return false;
  // What Temporal has lost is resumed, and then made after all.
  if (view.failure?.code === 'history_lost') return false;
  await storage.noteSeen(id, {
    status: view.status,
    uncertain: view.credits.uncertain,
    ...(view.failure && { failureCode: view.failure.code }),
  });
  return true;
}

/** Does so each minute, until the process stops. */
export async function keepNotingEnds(
  deps: Deps & { readonly logger: Logger },
  stopping: AbortSignal,
): Promise<void> {
  try {
    for await (const _ of every(EVERY_MS, undefined, { ref: false, signal: stopping })) {
      await noteEnds(deps).catch((error: unknown) => {
        deps.logger.warn(
          { err: error },
          'what ended from outside could not be noted: the next minute makes up for it',
        );
      });
    }
  } catch (error) {
    if (!stopping.aborted) throw error;
  }
}
