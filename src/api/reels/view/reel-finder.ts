import { z } from 'zod';
import type { ProblemCode } from '../../../contract/problems';
import { reelId } from '../../../contract/schemas/values';
import { LOCAL_CLIENT } from '../../../domain/admins';
import { REEL_ID_PATTERN, isTerminal } from '../../../contract/reel';
import { type ReelHead, type ReelRecord, workflowIdOf } from '../../../domain/reel';
import type { CatalogCode } from '../../../runway/failures/error-catalog';
import { withoutAccount } from '../../../runway/failures/without-account';
import { StorageError } from '../../../platform/files/disk-fault';
import { isAdminClient } from '../../access/auth';
import type { ApiDeps } from '../../deps';
import { refuseDeleted } from './deleted-reel';
import { describeRun, type Execution, failureOfRun } from '../../temporal/execution';
import { Problem } from '../../http/problem';
import { endedSilently, type ReelView, viewReel } from './reel-view';
import { TemporalUnreachable } from '../../temporal/temporal-call';

const NOTHING_CHANGED = 'Temporal does not answer. Reels that are being made go on; ask again in a moment.';

/** The parameters of a route of one reel. */
export const REEL_PARAMS = z.object({ id: reelId });

/** What `ReelFinder.get` refuses, beside `temporal_unreachable`. */
export const REEL_PROBLEMS = ['reel_not_found', 'reel_deleted'] as const satisfies readonly ProblemCode[];

export interface ReelFinder {
  /**
   * Any client's reel, as its client may see it; none that was deleted. While its run is in Temporal that is one
   * `describe`; storage is asked whose it is, and for what Temporal does not have: what a run that is gone, was terminated,
   * or is repeated, had come to.
   *
   * @param unreachable what is true for the caller when Temporal cannot be asked.
   * @throws Problem 503; StorageError when the reel's record cannot be read.
   */
  find(id: string, unreachable?: string): Promise<ReelView | undefined>;
  /** The same of a reel whose row was read this moment: storage is not asked again. */
  findKept(id: string, kept: KeptReel, unreachable?: string): Promise<ReelView | undefined>;
  /** A reel as its client may see it. */
  asClient(view: ReelView): ReelView;
  /** A reel of this client. @throws Problem 404, for another client's reel as well; 410 for a deleted one; 503 */
  get(id: string, client: string): Promise<ReelView>;
}

/** What storage has of a reel that is not deleted. */
export interface KeptReel {
  readonly order?: ReelHead;
  readonly record?: ReelRecord;
}

/** How storage is asked: at the moment when Temporal's answer needs it. */
interface Kept {
  readonly record: () => Promise<ReelRecord | undefined>;
  readonly order: () => Promise<ReelHead | undefined>;
}

export function createReelFinder({
  client,
  storage,
  settings,
}: Pick<ApiDeps, 'client' | 'storage' | 'settings'>): ReelFinder {
  async function fromTemporal(id: string, stored: Kept, unreachable: string): Promise<ReelView | undefined> {
    const execution = await describeRun(client, workflowIdOf(id), unreachable);
    const refused = execution !== undefined && wasRefused(execution);
    const isComplete = execution?.head && !refused && !endedSilently(execution);
    if (isComplete && !execution.isRepeat) return viewReel({ execution });

    const record = await stored.record();
    if (isComplete) return viewReel({ execution, record });
    if (refused && record?.workflowId === execution.workflowId) return viewReel({ record });
    // The reel may have been started from another workflow or the UI, under another workflow ID.
    const own = refused && record ? undefined : execution;
    const run = own ?? (record && (await describeRun(client, record.workflowId, unreachable)));
    if (run?.head && run.head.id !== id) return viewReel({ record });
    const asksWhy = run?.status === 'failed' && endedSilently(run);
    const failure = asksWhy ? await failureOfRun(client, run, unreachable) : undefined;
    return viewReel({ execution: run, record, failure });
  }

  async function find(id: string, unreachable?: string): Promise<ReelView | undefined> {
    if (!REEL_ID_PATTERN.test(id)) return undefined;
    const stored = { record: () => storage.readRecord(id), order: () => storage.readOrder(id) };
    const view = await kept(id, stored, unreachable);
    // Read last: the tombstone is written before anything is removed, so that the key never seems unused.
    if (!view || (await storage.readTombstone(id))) return undefined;
    return asClient(await withOwner(view, stored));
  }

  async function findKept(id: string, { record, order }: KeptReel, unreachable?: string) {
    const stored = { record: async () => record, order: async () => order };
    const view = await kept(id, stored, unreachable);
    return view && asClient(await withOwner(view, stored));
  }

  function asClient(view: ReelView): ReelView {
    return isAdminClient(settings, view.client) ? view : withoutAccount(view);
  }

  /** Storage says who owns the reel: whoever starts a run can write any name into its memo. */
  async function withOwner(view: ReelView, stored: Kept): Promise<ReelView> {
    try {
      const known = (await stored.record())?.head ?? (await stored.order());
      if (known) return { ...view, client: known.client, bodyHash: known.bodyHash };
      return view.client === LOCAL_CLIENT ? view : { ...view, client: LOCAL_CLIENT, bodyHash: '' };
    } catch (error) {
      // A record that the disk damaged was one: no stranger's run can make it so.
      if (!(error instanceof StorageError && error.code === 'bad_record')) throw error;
      return view;
    }
  }

  async function kept(
    id: string,
    stored: Kept,
    unreachable = NOTHING_CHANGED,
  ): Promise<ReelView | undefined> {
    try {
      return await fromTemporal(id, stored, unreachable);
    } catch (error) {
      if (!(error instanceof TemporalUnreachable)) throw error;
      // What has ended can be read without Temporal.
      const record = await stored.record();
      if (record && isTerminal(record.state.status)) return viewReel({ record });
      throw error;
    }
  }

  async function get(id: string, clientName: string): Promise<ReelView> {
    const view = await find(id);
    if (view?.client === clientName) return view;
    await refuseDeleted(storage, id, clientName);
    throw new Problem('reel_not_found', 'There is no reel with this ID.');
  }

  return { find, findKept, asClient, get };
}

/** Whether the run was refused because the reel belongs to another one: that shows its state. */
function wasRefused({ state }: Execution): boolean {
  const refusal: CatalogCode = 'reel_exists';
  return state?.failure?.code === refusal;
}
