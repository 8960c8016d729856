import { activityInfo, Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { workflowIdOf } from '../../domain/reel';
import type { Erasure, Tombstone } from '../../domain/tombstone';
import { StorageError } from '../../platform/files/disk-fault';
import type { Storage } from '../../storage/storage';
import type { ActivityDeps } from '../deps';
import { whileBeating } from '../heartbeat';
import { requireOwnStorage } from '../guards/own-backend';
import { removeRun, runsOf, waitForClose } from './reel-runs';
import { storageCall } from '../storage-call';

/** An API of release 0.1.0 notes a deletion a moment after it has started the workflow. */
const DELETION_ATTEMPTS = 3;

/**
 * Erases an ended reel here and in Temporal, and leaves its tombstone. Idempotent: a redo after a death at any step
 * does what is left. The tombstone comes first, so that no request and no run brings back what is being removed.
 *
 * @throws ApplicationFailure, retryable, on a fault of the disk; for good where no deletion was noted.
 */
export function eraseReel({ backend, storage }: Pick<ActivityDeps, 'backend' | 'storage'>) {
  return (erasure: Erasure): Promise<void> => {
    requireOwnStorage(backend, erasure.backend);
    return whileBeating(async () => {
      const { client, cancellationSignal } = Context.current();
      const { id } = erasure.tombstone;
      const tombstone = await requireDeletion(storage, id);
      await storageCall(() => storage.writeTombstone(tombstone));
      const workflowId = await storageCall(() => workflowIdThatMade(storage, id));
      const runs = await runsOf(client, { tombstone, workflowId });
      for (const run of runs) if (run.made) await waitForClose(client, run, cancellationSignal);
      for (const run of runs) await removeRun(client, run);
      await storageCall(() => storage.eraseReel(id));
    });
  };
}

/**
 * Whoever can start a workflow can start this one with any reel: a reel is erased only if storage has noted its deletion.
 *
 * @returns what is to stay of it.
 * @throws ApplicationFailure `Reel.NotToBeDeleted`
 */
export async function requireDeletion(storage: Storage, id: string): Promise<Tombstone> {
  const deletion = await storageCall(() => storage.readDeletion(id));
  if (deletion) return deletion;
  throw ApplicationFailure.create({
    type: 'Reel.NotToBeDeleted',
    message: `Neither its client nor its age wants the reel ${id} to be deleted.`,
    nonRetryable: activityInfo().attempt >= DELETION_ATTEMPTS,
  });
}

/** The usual workflow ID where the record is gone or damaged. */
async function workflowIdThatMade(storage: Storage, id: string): Promise<string> {
  const record = await storage.readRecord(id).catch((error: unknown) => {
    if (!(error instanceof StorageError && error.code === 'bad_record')) throw error;
    return undefined;
  });
  return record?.workflowId ?? workflowIdOf(id);
}
