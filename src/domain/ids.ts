import { REEL_ID_PATTERN } from '../contract/reel';

const WORKFLOW_ID_PREFIX = 'reel-';

export function workflowIdOf(reelId: string): string {
  return WORKFLOW_ID_PREFIX + reelId;
}

/** The reel that a workflow ID of ours names; undefined for a workflow ID of another shape. */
export function reelIdOf(workflowId: string): string | undefined {
  if (!workflowId.startsWith(WORKFLOW_ID_PREFIX)) return undefined;
  const id = workflowId.slice(WORKFLOW_ID_PREFIX.length);
  return REEL_ID_PATTERN.test(id) ? id : undefined;
}
