/**
 * Who may call an activity. Whoever reaches Temporal can start our workflows with any input, and an activity by itself:
 * so none runs outside a workflow of ours, and none touches a reel, or a Runway task, that is not this workflow's.
 */
import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { createHash } from 'node:crypto';
import { base32, reelIdOf, workflowIdOf } from '../../domain/reel';
import type { Backend } from '../../domain/backend';
import { DELIVER_WEBHOOKS, webhooksWorkflowIdOf } from '../../domain/webhook';
import { GENERATE_REEL } from '../../domain/generate-reel';
import { REEL_ID_PATTERN } from '../../contract/reel';
import { ERASE_REEL, eraseWorkflowId, SWEEP_REELS } from '../../domain/tombstone';
import type { Storage } from '../../storage/storage';
import { claimsOf } from '../submit/claim-walk';
import type { ActivityDeps } from '../deps';
import { requireOwnStorage } from './own-backend';
import { storageCall } from '../storage-call';
import { isTaken } from '../submit/task-owner';
import { tasksToTake } from '../submit/tasks-to-take';

export interface Caller {
  /** The workflow type that calls it. */
  readonly type: string;
  /** The argument that names the reel. Absent: there is none, or the activity checks it by itself. */
  readonly reel?: 'reelId' | 'record' | 'head' | 'receiver' | 'tombstone';
  /** Whether it does something with the Runway task that its argument names. */
  readonly task?: true;
}

type Deps = Pick<ActivityDeps, 'backend' | 'storage'>;
type Activity = (args: never, ...more: never[]) => Promise<unknown>;

/** The same activities, each refused to any other caller than its own. */
export function onlyForOwnWorkflows<A extends Readonly<Record<string, Activity>>>(
  deps: Deps,
  activities: A,
  callers: Readonly<Record<keyof A, Caller>>,
): A {
  const guarded = Object.entries(activities).map(([name, activity]) => [
    name,
    async (args: never, ...more: never[]): Promise<unknown> => {
      await requireCaller(deps, callers[name] as Caller, args);
      return activity(args, ...more);
    },
  ]);
  return Object.fromEntries(guarded) as A;
}

async function requireCaller({ backend, storage }: Deps, { type, reel, task }: Caller, args: unknown) {
  const { workflowExecution, workflowType } = activityInfo();
  if (!workflowExecution) throw refused('it is part of a workflow, and does nothing by itself');
  if (workflowType !== type) throw refused(`it belongs to the workflow ${type}`);
  if (!reel) return;
  const about = (args ?? {}) as Argument;
  const reelId = reelIdIn(about, reel);
  if (!REEL_ID_PATTERN.test(reelId)) throw refused('its argument names no reel');
  const bound = about.backend ?? about.record?.head?.backend ?? about.head?.backend;
  // A folder of another kind says nothing about the reel.
  if (bound) requireOwnStorage(backend, bound);
  const { workflowId } = workflowExecution;
  if (!(await OWNS[type]?.(workflowId, reelId, storage, backend.kind))) {
    throw refused(`the workflow ${workflowId} is not that of the reel ${reelId}`);
  }
  if (task) await requireOwnTask(storage, { reelId, ...about });
}

/** What any of the arguments may hold. */
interface Argument {
  readonly reelId?: string;
  readonly generation?: number;
  readonly runwayTaskId?: string;
  readonly backend?: Backend;
  readonly record?: { readonly head?: { readonly id?: string; readonly backend?: Backend } };
  readonly head?: { readonly id?: string; readonly backend?: Backend };
  readonly receiver?: { readonly reelId?: string };
  readonly tombstone?: { readonly id?: string };
}

function reelIdIn(args: Argument, where: NonNullable<Caller['reel']>): string {
  const id = {
    reelId: () => args.reelId,
    record: () => args.record?.head?.id,
    head: () => args.head?.id,
    receiver: () => args.receiver?.reelId,
    tombstone: () => args.tombstone?.id,
  }[where]();
  return typeof id === 'string' ? id : '';
}

/** Whether a workflow is that of a reel, by the type of the workflow. */
const OWNS: Readonly<
  Record<
    string,
    (workflowId: string, reelId: string, storage: Storage, kind: Backend['kind']) => Promise<boolean>
  >
> = {
  [GENERATE_REEL]: makes,
  [DELIVER_WEBHOOKS]: (workflowId, reelId) => Promise.resolve(workflowId === webhooksWorkflowIdOf(reelId)),
  [ERASE_REEL]: (workflowId, reelId) => Promise.resolve(workflowId === eraseWorkflowId(reelId)),
  [SWEEP_REELS]: () => Promise.resolve(false),
};

/** The record says whose run makes the reel. Where there is none, the run was not accepted, or the record is lost. */
async function makes(
  workflowId: string,
  reelId: string,
  storage: Storage,
  kind: Backend['kind'],
): Promise<boolean> {
  const record = await storageCall(() => storage.readRecord(reelId));
  if (record) return record.workflowId === workflowId;
  if (workflowId === workflowIdOf(reelId)) return true;
  if (await storageCall(() => storage.readOrder(reelId))) return false;
  return reelId === idFromWorkflow(workflowId, kind);
}

/** The same for every run of a workflow ID, so that a Reset or a second start meets the same claims. */
export function idFromWorkflow(workflowId: string, kind: Backend['kind']): string {
  const own = reelIdOf(workflowId);
  if (own && own.startsWith('sim-') === (kind === 'simulator')) return own;
  const hash = base32(createHash('sha256').update(`workflow\0${workflowId}`).digest()).slice(0, 26);
  return kind === 'simulator' ? `sim-${hash}` : hash;
}

/**
 * The claims say which task a generation has. Where the answer could not be written down (a full disk), the task in the
 * history counts, unless it is known to be another generation's.
 */
async function requireOwnTask(
  storage: Storage,
  { reelId, generation = 0, runwayTaskId = '' }: Argument & { readonly reelId: string },
): Promise<void> {
  const created = await storageCall(async () =>
    (await claimsOf(storage.claims, { reelId, generation })).flatMap(({ state }) =>
      state.kind === 'claimed' && state.answer?.kind === 'created' ? state.answer.runwayTaskId : [],
    ),
  );
  if (created.includes(runwayTaskId)) return;
  // A remake may take the finished task of the reel that it is made from.
  if (created.length === 0 && (await tasksToTake(storage, reelId)).tasks.includes(runwayTaskId)) return;
  const other =
    created.length > 0 || (await storageCall(() => isTaken(storage, { reelId, generation, runwayTaskId })));
  if (other)
    throw refused(`${runwayTaskId} is not the task of generation ${generation} of the reel ${reelId}`);
}

function refused(why: string): ApplicationFailure {
  const message = `The activity was refused: ${why}.`;
  return ApplicationFailure.create({ type: 'Reel.NotOwnWorkflow', message, nonRetryable: true });
}
