import type { SearchAttributePair } from '@temporalio/common';
import { summarize, titleOf } from './reel-head';
import { MEMO_HEAD, MEMO_STATE, queuedState, type ReelHead } from './reel-state';
import { REEL_CLIENT, REEL_MODEL, REEL_STATUS, REEL_TITLE } from './search-attributes';
import type { GenerateReelInput } from './generate-reel';
import { workflowIdOf } from './ids';

/**
 * How the run of an accepted reel is started. A workflow ID that Temporal knows, also of a run that has ended, is refused:
 * a reel is never made beside itself.
 */
export function reelStart(head: ReelHead): {
  workflowId: string;
  workflowIdConflictPolicy: 'FAIL';
  workflowIdReusePolicy: 'REJECT_DUPLICATE';
  args: [GenerateReelInput];
  memo: Record<string, unknown>;
  typedSearchAttributes: SearchAttributePair[];
  staticSummary: string;
} {
  const { id, client, bodyHash, createdAt, backend, request, remakeOf } = head;
  return {
    workflowId: workflowIdOf(id),
    workflowIdConflictPolicy: 'FAIL',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    args: [{ id, client, bodyHash, createdAt, backend, remakeOf, request }],
    memo: { [MEMO_HEAD]: head, [MEMO_STATE]: queuedState(head) },
    typedSearchAttributes: startAttributes(head),
    staticSummary: summarize(head),
  };
}

/** Search attributes of a reel that was accepted and has done nothing yet. */
export function startAttributes(head: ReelHead): SearchAttributePair[] {
  return [
    { key: REEL_STATUS, value: 'queued' },
    { key: REEL_MODEL, value: head.request.model },
    { key: REEL_TITLE, value: titleOf(head.request) },
    { key: REEL_CLIENT, value: head.client },
  ];
}
