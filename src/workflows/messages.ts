/** Messages that a run understands, for whoever sends them. */
import { defineUpdate } from '@temporalio/workflow';
import type { ResolveAction } from '../domain/reel';

export interface Resolution {
  readonly action: ResolveAction;
  /** With `adopt`: the task that belongs to the generation. */
  readonly runwayTaskId?: string;
}

/**
 * Settles a reel that needs a decision. Sent with the update ID of `resolveUpdateId`, so that the same decision sent
 * twice is one. Rejected when there is nothing to decide, or the task to adopt does not exist.
 */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- it has no result
export const resolveReel = defineUpdate<void, [Resolution]>('resolve');

export function resolveUpdateId(generation: number, { action, runwayTaskId = '' }: Resolution): string {
  return `resolve-${generation}-${action}-${runwayTaskId}`;
}
