import type { Erasure } from '../../domain/tombstone';
import type { ActivityDeps } from '../deps';
import { failure } from '../failure';
import { whileBeating } from '../heartbeat';
import { requireDeletion } from '../erase/erase-reel';
import { requireOwnBackend } from '../guards/own-backend';
import { storageCall } from '../storage-call';

/**
 * Deletes a reel's tasks at Runway, and their outputs with them. The claims know the tasks, also when the record is
 * gone. What Runway does not have any more counts as deleted.
 *
 * @throws ApplicationFailure, retryable, while Runway does not confirm it, or where this worker calls another account.
 */
export function deleteOutputs({ backend, runway, storage }: ActivityDeps) {
  return ({ tombstone: { id }, backend: bound }: Erasure): Promise<void> => {
    requireOwnBackend(backend, bound);
    return whileBeating(async () => {
      await requireDeletion(storage, id);
      for (const key of await storageCall(() => storage.claims.list(id))) {
        const claim = await storageCall(() => storage.claims.read(key));
        if (claim?.kind !== 'claimed' || claim.answer?.kind !== 'created') continue;
        const { runwayTaskId } = claim.answer;
        const deletion = await runway.deleteTask(runwayTaskId);
        if (deletion.deleted) continue;
        const words = `deleting the output: ${deletion.words}`;
        throw failure('read_failed', { words, operationId: runwayTaskId });
      }
    });
  };
}
