import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** Our search attributes, as they are registered in Temporal and shown in its UI. */
export const REEL_STATUS = defineSearchAttributeKey('ReelStatus', SearchAttributeType.KEYWORD);
/** Our code of what failed the reel. */
export const REEL_CAUSE = defineSearchAttributeKey('ReelCause', SearchAttributeType.KEYWORD);
export const REEL_MODEL = defineSearchAttributeKey('ReelModel', SearchAttributeType.KEYWORD);
export const REEL_TITLE = defineSearchAttributeKey('ReelTitle', SearchAttributeType.TEXT);
/** Operation IDs of all generations: an Operation ID finds its reel. */
export const REEL_TASK_IDS = defineSearchAttributeKey('ReelTaskIds', SearchAttributeType.KEYWORD_LIST);
export const REEL_UNCERTAIN_CREDITS = defineSearchAttributeKey(
  'ReelUncertainCredits',
  SearchAttributeType.INT,
);
export const REEL_CLIENT = defineSearchAttributeKey('ReelClient', SearchAttributeType.KEYWORD);

export const SEARCH_ATTRIBUTES = [
  REEL_STATUS,
  REEL_CAUSE,
  REEL_MODEL,
  REEL_TITLE,
  REEL_TASK_IDS,
  REEL_UNCERTAIN_CREDITS,
  REEL_CLIENT,
] as const;
