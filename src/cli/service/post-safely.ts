import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandContext } from '../command-context';
import { ServiceError } from './service-error';
import { clock } from '../text/words';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Sends a request that costs money, and sends it again while its answer is lost or the service is overloaded:
 * with the same idempotency key it stays one reel.
 *
 * @throws ServiceError that names the key, once `patienceMs` is over
 */
export async function postSafely<T>(
  { service, terminal, patienceMs }: Pick<CommandContext, 'service' | 'terminal' | 'patienceMs'>,
  path: string,
  { body, key, signal }: { readonly body: unknown; readonly key: string; readonly signal?: AbortSignal },
): Promise<T> {
  const giveUpAt = Date.now() + patienceMs;
  let pauseMs = FIRST_PAUSE_MS;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await service.post<T>(path, body, { headers: { 'idempotency-key': key }, signal });
    } catch (error) {
      if (!(error instanceof ServiceError) || !error.mayPass) throw error;
      // Nothing listens there: the address may be wrong, and waiting would only hide it.
      if (attempt === 1 && !error.sent) throw error;
      const waitMs = Math.max(pauseMs, error.retryAfterMs ?? 0);
      if (Date.now() + waitMs > giveUpAt) throw safeToRepeat(error, key);
      terminal.note(`${error.message} Sent again in ${clock(waitMs)}, which is safe: it stays one reel.`);
      await sleep(waitMs, undefined, { signal });
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }
}

/** The answer may be lost and the new reel under way. */
function safeToRepeat(error: ServiceError, key: string): ServiceError {
  const { status, retryAfterMs, sent } = error;
  const cure = [error.cure, `To send it again without a second reel, add --idempotency-key ${key}`];
  return new ServiceError(error.message, {
    cure: cure.filter(Boolean).join('\n'),
    problem: error.problem,
    status,
    retryAfterMs,
    sent,
  });
}
