import { workflowIdOf } from '../../domain/ids';
import { isTerminal } from '../../contract/reel';
import { ERASE_REEL, type Erasure, eraseWorkflowId, type Tombstone } from '../../domain/tombstone';
import { tombstoneOf } from './view/deleted-reel';
import type { ApiDeps } from '../deps';
import { Problem } from '../http/problem';
import type { ReelFinder } from './view/reel-finder';
import { callTemporal } from '../temporal/temporal-call';

const MAYBE_DELETED =
  'Temporal does not answer: whether the reel is being deleted is not known. It is safe to send it again.';

export type DeleteReel = (id: string, client: string) => Promise<void>;

/**
 * Deletes an ended reel. The workflow that erases it is started first: from then on the reel goes, whatever dies. Then
 * the tombstone hides it at once, also while no worker runs. To delete it again does what was left undone.
 *
 * @throws Problem 404; 409 for a reel that has not ended; 503
 */
export function createDeleteReel(deps: ApiDeps, finder: ReelFinder): DeleteReel {
  const { client: temporal, storage, backend, taskQueues, now = () => new Date() } = deps;

  async function erasureOf(id: string, client: string): Promise<Erasure> {
    const earlier = await tombstoneOf(storage, id);
    const tombstone = earlier?.client === client ? earlier : await newTombstone(id, client);
    // Before the workflow: it erases nothing that storage does not want to go.
    if (tombstone !== earlier) await storage.keepDeletion(tombstone);
    const record = await storage.readRecord(id);
    return {
      tombstone,
      workflowId: record?.workflowId ?? workflowIdOf(id),
      backend: record?.head.backend ?? backend,
    };
  }

  async function newTombstone(id: string, client: string): Promise<Tombstone> {
    const { status, bodyHash } = await finder.get(id, client);
    if (!isTerminal(status)) {
      const detail = `The reel is ${status}: only an ended one can be deleted. Cancel it first, or wait for its end.`;
      throw new Problem('reel_not_ended', detail);
    }
    return { schemaVersion: 1, id, client, bodyHash, deletedAt: now().toISOString() };
  }

  return async (id, client) => {
    const erasure = await erasureOf(id, client);
    await callTemporal(temporal, MAYBE_DELETED, () =>
      temporal.workflow.start(ERASE_REEL, {
        workflowId: eraseWorkflowId(id),
        taskQueue: taskQueues.reels,
        args: [erasure],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        staticSummary: `erase reel ${id}`,
      }),
    );
    await storage.writeTombstone(erasure.tombstone);
  };
}
