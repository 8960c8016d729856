import type { Reel } from '../../contract/schemas/reel';
import { CliError } from '../cli-error';
import type { CommandContext } from '../command-context';
import { EXIT } from '../exit-code';
import { isBusy } from './reel-status';
import { ServiceError } from '../service/service-error';
import { showProgress } from './show-progress';
import { watchReel } from './watch-reel';

export interface Followed {
  /** As it was seen last. */
  readonly reel: Reel;
  /** `settled`: it has ended, or it needs a decision. */
  readonly why: 'settled' | 'time_over' | 'interrupted';
}

/**
 * Shows a reel until it has ended or needs a decision, the time is over, or Ctrl-C is pressed.
 *
 * @throws CliError with exit code 3 when the service stays away
 */
export async function followReel(
  context: CommandContext,
  start: Reel,
  { timeoutMs, signal }: { readonly timeoutMs?: number; readonly signal: AbortSignal },
): Promise<Followed> {
  const { service, terminal, json, watchPatienceMs } = context;
  const display = json ? undefined : showProgress(terminal);
  const timeUp = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  let reel = start;
  try {
    display?.update(reel);
    if (!isBusy(reel)) return { reel, why: 'settled' };
    const watch = watchReel(service, reel.id, {
      signal: timeUp ? AbortSignal.any([signal, timeUp]) : signal,
      patienceMs: watchPatienceMs,
      onLost: () => display?.say('The service does not answer. The reel is safe; trying again.'),
    });
    for await (reel of watch) {
      display?.update(reel);
      if (!isBusy(reel)) break;
    }
    return { reel, why: 'settled' };
  } catch (error) {
    if (signal.aborted) return { reel, why: 'interrupted' };
    if (timeUp?.aborted) return { reel, why: 'time_over' };
    if (error instanceof ServiceError && error.mayPass) throw staysAway(error, context, reel);
    throw error;
  } finally {
    display?.stop();
  }
}

function staysAway(error: ServiceError, { commandLine }: CommandContext, { id }: Reel): CliError {
  const cure = `The reel goes on when the service is back. Watch it with: ${commandLine('watch', id)}`;
  return new CliError(error.message, EXIT.working, { cure, problem: error.problem });
}
