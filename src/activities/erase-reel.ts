import { Context } from '@temporalio/activity';
import type { Erasure } from '../domain/tombstone';
import type { ActivityDeps } from './deps';
import { whileBeating } from './heartbeat';
import { requireOwnStorage } from './own-backend';
import { removeRun, runsOf, waitForClose } from './reel-runs';
import { storageCall } from './storage-call';

const BEAT_EVERY_MS = 2_000;

/**
 * Erases an ended reel here and in Temporal, and leaves its tombstone. Idempotent: a redo after a death at any step
 * does what is left. The tombstone comes first, so that no request and no run brings back what is being removed.
 *
 * @throws ApplicationFailure, retryable, on a fault of the disk.
 */
export function eraseReel({ backend, storage }: Pick<ActivityDeps, 'backend' | 'storage'>) {
  return (erasure: Erasure): Promise<void> => {
    requireOwnStorage(backend, erasure.backend);
    return whileBeating(
      BEAT_EVERY_MS,
      () => undefined,
      async () => {
        const { client, cancellationSignal } = Context.current();
        const { tombstone } = erasure;
        await storageCall(() => storage.writeTombstone(tombstone));
        const runs = await runsOf(client, erasure);
        for (const run of runs) if (run.made) await waitForClose(client, run, cancellationSignal);
        for (const run of runs) await removeRun(client, run);
        await storageCall(() => storage.eraseReel(tombstone.id));
      },
    );
  };
}
