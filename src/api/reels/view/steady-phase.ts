import type { Phase } from '../../../contract/schemas/reel';

/**
 * The phase as people see it. Between the end of a task and the step after it, nothing in Temporal tells that the task
 * has run, and the reel reads as if it were in line again; its progress in this generation tells better.
 */
export function steadyPhase(phase: Phase, progress: number): Phase {
  return phase === 'queued_at_runway' && progress > 0 ? 'running' : phase;
}
