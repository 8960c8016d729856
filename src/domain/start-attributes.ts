import type { SearchAttributePair } from '@temporalio/common';
import { titleOf } from './reel-head';
import type { ReelHead } from './reel-state';
import { REEL_CLIENT, REEL_MODEL, REEL_STATUS, REEL_TITLE } from './search-attributes';

/** Search attributes of a reel that was accepted and has done nothing yet. */
export function startAttributes(head: ReelHead): SearchAttributePair[] {
  return [
    { key: REEL_STATUS, value: 'queued' },
    { key: REEL_MODEL, value: head.request.model },
    { key: REEL_TITLE, value: titleOf(head.request) },
    { key: REEL_CLIENT, value: head.client },
  ];
}
