import { workflowIdOf } from '../../domain/reel';
import { isTerminal } from '../../contract/reel';
import { ERASE_REEL, type Erasure, eraseWorkflowId, type Tombstone } from '../../domain/tombstone';
import type { ApiContext } from '../context';
import { type MakeProblem, route } from '../http/route';
import { callTemporal } from '../temporal/temporal-call';
import { tombstoneOf } from './view/deleted-reel';
import { REEL_PARAMS } from './view/reel-finder';

const MAYBE_DELETED =
  'Temporal does not answer: whether the reel is being deleted is not known. It is safe to send it again.';

/**
 * The workflow that erases the reel is started first: from then on the reel goes, whatever dies. Then the tombstone hides it
 * at once, also while no worker runs. To delete it again does what was left undone.
 */
export const deleteReel = route({
  method: 'DELETE',
  path: '/v1/reels/{id}',
  id: 'deleteReel',
  tag: 'Reels',
  summary: 'Delete an ended reel',
  text:
    "Its record, its file, its history, and Runway's own copy of the video. Its `Idempotency-Key` orders nothing any " +
    'more. May be repeated.',
  access: 'key',
  params: REEL_PARAMS,
  answers: { 204: { text: 'It is gone.' } },
  problems: ['reel_not_found', 'reel_not_ended', 'temporal_unreachable'],
  async handler({ res, params: { id }, client, problem }, context) {
    const { client: temporal, storage, taskQueues } = context;
    const erasure = await erasureOf({ id, client, problem }, context);
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
    res.sendStatus(204);
  },
});

interface Asked {
  readonly id: string;
  readonly client: string;
  readonly problem: MakeProblem<'reel_not_ended'>;
}

async function erasureOf(asked: Asked, context: ApiContext): Promise<Erasure> {
  const { id, client } = asked;
  const { storage, backend } = context;
  const ownTombstone = async () => {
    const found = await tombstoneOf(storage, id);
    return found?.client === client ? found : undefined;
  };
  const earlier = await ownTombstone();
  // Another request may have deleted it since.
  const tombstone =
    earlier ??
    (await newTombstone(asked, context).catch(async (error: unknown) => {
      const since = await ownTombstone();
      if (since) return since;
      throw error;
    }));
  // Before the workflow: it erases nothing that storage does not want to go.
  if (tombstone !== earlier) await storage.keepDeletion(tombstone);
  const record = await storage.readRecord(id);
  return {
    tombstone,
    workflowId: record?.workflowId ?? workflowIdOf(id),
    backend: record?.head.backend ?? backend,
  };
}

async function newTombstone({ id, client, problem }: Asked, { finder, now }: ApiContext): Promise<Tombstone> {
  const { status, bodyHash } = await finder.get(id, client);
  if (!isTerminal(status)) {
    const detail = `The reel is ${status}: only an ended one can be deleted. Cancel it first, or wait for its end.`;
    throw problem('reel_not_ended', detail);
  }
  return { schemaVersion: 1, id, client, bodyHash, deletedAt: now().toISOString() };
}
