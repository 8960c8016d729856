import { StorageError } from '../platform/files/disk-fault';
import { type FailOptions, failure, type FailureEvidence } from './failure';
import { STORAGE_FAULT_PAUSE_MS } from './pacing';

/**
 * Turns a fault of the storage into a failure with a name.
 *
 * @param known facts about the generation, for the message: its charge, where known.
 * @throws ApplicationFailure `Reel.StorageUnavailable`, retryable (a disk can be freed), or
 *   `Reel.InvalidRequest` when what was asked for is not there and never will be.
 */
export async function storageCall<T>(
  call: () => Promise<T>,
  known: Pick<FailureEvidence, 'operationId' | 'chargedCredits'> = {},
  options: Pick<FailOptions, 'final'> = {},
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.code === 'not_found')
      throw failure('invalid_request', { words: error.message }, { cause: error });
    throw failure(
      'storage_unavailable',
      {
        words: error.message,
        ...known,
        ...(error.code === 'no_room' && { waitingFor: `Room on the disk. ${error.message}` }),
      },
      { cause: error, nextRetryDelayMs: STORAGE_FAULT_PAUSE_MS, ...options },
    );
  }
}
