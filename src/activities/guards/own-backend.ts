import { type Backend, describeBackend, sameBackend, sameDatabase } from '../../domain/backend';
import { failure } from '../failure';
import { WRONG_BACKEND_PAUSE_MS } from '../pacing';

/**
 * A claim that is not found in another database proves nothing, and a record there would never be read. Simulated and real
 * reels are kept apart by themselves.
 *
 * @throws ApplicationFailure `Runway.WrongBackend` or `Reel.WrongDatabase`, retryable.
 */
export function requireOwnStorage(own: Backend, bound: Backend): void {
  if (own.kind !== bound.kind) requireOwnBackend(own, bound);
  if (sameDatabase(own, bound)) return;
  const words = `the reel was accepted with database ${bound.database}, this worker has ${own.database}`;
  throw failure('wrong_database', { words }, { nextRetryDelayMs: WRONG_BACKEND_PAUSE_MS });
}

/**
 * A task ID means nothing at another backend, and a paid POST there would charge the wrong account.
 *
 * @throws ApplicationFailure `Runway.WrongBackend` or `Reel.WrongDatabase`, retryable: a worker with the right settings may
 *   come.
 */
export function requireOwnBackend(own: Backend, bound: Backend): void {
  if (sameBackend(own, bound)) return requireOwnStorage(own, bound);
  const words = `the reel belongs to ${describeBackend(bound)}, this worker calls ${describeBackend(own)}`;
  throw failure('wrong_backend', { words }, { nextRetryDelayMs: WRONG_BACKEND_PAUSE_MS });
}
