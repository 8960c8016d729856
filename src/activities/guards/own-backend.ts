import { type Backend, describeBackend, sameBackend } from '../../domain/backend';
import { failure } from '../failure';
import { WRONG_BACKEND_PAUSE_MS } from '../pacing';

/**
 * Simulated and real reels are kept in folders of their own: a claim that is not found in the other one proves nothing,
 * and a record there would never be read.
 *
 * @throws ApplicationFailure `Runway.WrongBackend`, retryable.
 */
export function requireOwnStorage(own: Backend, bound: Backend): void {
  if (own.kind !== bound.kind) requireOwnBackend(own, bound);
}

/**
 * A task ID means nothing at another backend, and a paid POST there would charge the wrong account.
 *
 * @throws ApplicationFailure `Runway.WrongBackend`, retryable: a worker with the right settings may come.
 */
export function requireOwnBackend(own: Backend, bound: Backend): void {
  if (sameBackend(own, bound)) return;
  const words = `the reel belongs to ${describeBackend(bound)}, this worker calls ${describeBackend(own)}`;
  throw failure('wrong_backend', { words }, { nextRetryDelayMs: WRONG_BACKEND_PAUSE_MS });
}
