/** `GET /v1/reels?…` as a query of Temporal's visibility. Pure. */
import { z } from 'zod';
import { GENERATE_REEL } from '../../../domain/generate-reel';
import { REEL_STATUSES, type ReelStatus } from '../../../contract/reel';
import {
  REEL_CAUSE,
  REEL_CLIENT,
  REEL_MODEL,
  REEL_STATUS,
  REEL_TASK_IDS,
  REEL_TITLE,
  REEL_UNCERTAIN_CREDITS,
} from '../../../domain/search-attributes';

/** Values have no character that means anything in a query: there is nothing to escape. */
const word = (what: string) => z.string().regex(/^[\w.:-]{1,100}$/, `must be ${what}`);

/** Most words of a search; the others narrow it no further. */
const MAX_WORDS = 10;

const wordsIn = (text: string): string[] => (text.match(/[\p{L}\p{N}]+/gu) ?? []).slice(0, MAX_WORDS);

export const listQuery = z.strictObject({
  status: z.enum(REEL_STATUSES, `must be one of ${REEL_STATUSES.join(', ')}`).optional(),
  model: word('the name of a model').optional(),
  failureCode: word('a failure code such as insufficient_credits').optional(),
  runwayTaskId: word('an Operation ID').optional().meta({ description: 'The Operation ID.' }),
  q: z
    .string()
    .max(200, 'must have 200 characters at most')
    .refine((text) => wordsIn(text).length > 0, 'must have a word to look for')
    .optional()
    .meta({ description: 'Words of the title, or of the beginning of the prompt: all of them.' }),
  uncertain: z
    .enum(['true'], 'can only be true')
    .optional()
    .meta({ description: 'Only reels that may have been charged more than is known.' }),
  limit: z
    .string()
    .regex(/^(?:[1-9]\d?|100)$/, 'must be a whole number from 1 to 100')
    .default('20')
    .transform(Number)
    .meta({ override: { type: 'integer', minimum: 1, maximum: 100, default: 20, pattern: undefined } }),
  cursor: z
    .string()
    .regex(/^[\w-]{1,4000}$/, 'must be a nextCursor of an earlier answer')
    .optional()
    .meta({ description: '`nextCursor` of the answer before.' }),
});

export type ListFilters = z.output<typeof listQuery>;

/** Runs that ended without their workflow: their `ReelStatus` stays at what it was. */
const SILENT_ENDS = {
  failed: `ExecutionStatus IN ('Failed', 'Terminated', 'TimedOut')`,
  cancelled: `ExecutionStatus = 'Canceled'`,
} as const;
const STOPPED = `ExecutionStatus IN ('Terminated', 'TimedOut')`;
const OPEN = `${REEL_STATUS.name} IN ('queued', 'in_progress', 'needs_decision')`;

/** All reels of a client that may match; whoever reads them checks `uncertain` again. */
export function visibilityQuery(client: string, filters: ListFilters): string {
  const { status, model, failureCode, runwayTaskId, q = '', uncertain } = filters;
  return [
    `WorkflowType = '${GENERATE_REEL}'`,
    `${REEL_CLIENT.name} = '${client}'`,
    status && statusQuery(status),
    model && `${REEL_MODEL.name} = '${model}'`,
    failureCode &&
      orSilent(
        `${REEL_CAUSE.name} = '${failureCode}'`,
        failureCode === 'stopped_by_operator' ? STOPPED : undefined,
      ),
    runwayTaskId && `${REEL_TASK_IDS.name} = '${runwayTaskId}'`,
    // Letters and digits only: nothing in them means anything in a query.
    ...wordsIn(q).map((one) => `${REEL_TITLE.name} = '${one}'`),
    uncertain && orSilent(`${REEL_UNCERTAIN_CREDITS.name} > 0`, `ExecutionStatus != 'Running'`),
  ]
    .filter(Boolean)
    .join(' AND ');
}

function statusQuery(status: ReelStatus): string {
  const noted = `${REEL_STATUS.name} = '${status}'`;
  switch (status) {
    case 'queued':
    case 'in_progress':
    case 'needs_decision':
      return `${noted} AND ExecutionStatus = 'Running'`;
    case 'failed':
    case 'cancelled':
      return orSilent(noted, SILENT_ENDS[status]);
    case 'succeeded':
      return noted;
  }
}

function orSilent(noted: string, silentEnd: string | undefined): string {
  return silentEnd === undefined ? noted : `(${noted} OR (${silentEnd} AND ${OPEN}))`;
}
