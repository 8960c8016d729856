import type { Reel } from '../../contract/schemas/reel';
import type { ReelStatus } from '../../contract/reel';
import { EXIT, type ExitCode } from '../exit-code';

const EXITS = {
  queued: EXIT.working,
  in_progress: EXIT.working,
  needs_decision: EXIT.needsDecision,
  succeeded: EXIT.done,
  failed: EXIT.failed,
  cancelled: EXIT.failed,
} as const satisfies Record<ReelStatus, ExitCode>;

/** What a command that waited for a reel ends with. */
export function exitCodeOf({ status }: Pick<Reel, 'status'>): ExitCode {
  return EXITS[status];
}

/** Whether the service goes on by itself: no end yet, and nobody is asked. */
export function isBusy(reel: Pick<Reel, 'status'>): boolean {
  return exitCodeOf(reel) === EXIT.working;
}
