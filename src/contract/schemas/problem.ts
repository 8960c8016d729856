import { z } from 'zod';
import { PROBLEM_CODES, PROBLEMS } from '../problems';
import { readiness } from './health';
import { credits, reelId, type Shape, time } from './values';

const issue = z.strictObject({ field: z.string(), message: z.string() });
/** A field or parameter that cannot be used. */
export type Issue = Shape<typeof issue>;

const { parts, storage, video, standingStill } = readiness.shape;

export const problem = z
  .strictObject({
    type: z.string().regex(/^urn:durable-reels:problem:[a-z_]+$/),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What is wrong, and what to do about it.'),
    code: z.enum(PROBLEM_CODES).meta({
      description: Object.entries(PROBLEMS)
        .map(([code, { status, text }]) => `- \`${code}\` (${status}): ${text}`)
        .join('\n'),
    }),
    issues: z.array(issue).optional().describe('Every wrong field or parameter.'),
    reelId: reelId.optional().describe('With `temporal_unreachable`: the reel that may have been started.'),
    parts: parts.optional().describe('With `not_ready`.'),
    storage: storage.describe('With `not_ready`.'),
    video,
    standingStill,
    limit: credits
      .optional()
      .describe('With `daily_budget_reached`, in credits; with `too_many_reels`, reels.'),
    committed: credits.optional().describe('With `daily_budget_reached`: spent or set aside.'),
    estimated: credits.optional().describe('With `daily_budget_reached`: what this reel may cost.'),
    freeAt: time.optional().describe('With `daily_budget_reached`: when there is room again.'),
  })
  .meta({
    id: 'Problem',
    description: 'Why a request was not done ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)).',
  });
export type ProblemBody = Shape<typeof problem>;
