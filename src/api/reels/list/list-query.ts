/** `GET /v1/reels?…` as a query of the database. Pure. */
import { z } from 'zod';
import { REEL_STATUSES } from '../../../contract/reel';
import type { ReelQuery } from '../../../database/reel-lists';
import { searchWords } from '../../../domain/search-text';

const word = (what: string) => z.string().regex(/^[\w.:-]{1,100}$/, `must be ${what}`);

const time = z
  .union(
    [z.iso.datetime({ offset: true }), z.iso.date()],
    'must be a time such as 2025-12-06T18:00:00Z, or a day',
  )
  .transform((text) => Date.parse(text));

/** A parameter that OpenAPI writes as an object: each of its fields is sent by a name of its own. */
const metadata = z
  .custom<Readonly<Record<string, string>>>()
  .superRefine((pairs, context) => {
    if (typeof pairs !== 'object' || Array.isArray(pairs)) {
      context.addIssue({ code: 'custom', message: 'must be sent as metadata.<name>' });
      return;
    }
    for (const [key, value] of Object.entries(pairs)) {
      const wrong = pairProblem(key, value);
      if (wrong !== undefined) context.addIssue({ code: 'custom', path: [key], message: wrong });
    }
  })
  .optional()
  .meta({
    description:
      'Pairs of the request, each as a parameter of its own: `metadata.event=party` finds reels with `{"event": "party"}`.',
    param: { style: 'form', explode: true },
    override: {
      type: 'object',
      maxProperties: 16,
      propertyNames: { pattern: '^metadata\\..{1,64}$' },
      additionalProperties: { type: 'string', minLength: 1, maxLength: 512 },
    },
  });

function pairProblem(key: string, value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be given once';
  if (key === '' || key.length > 64) return 'must have a name of 1 to 64 characters after metadata.';
  if (value === '' || value.length > 512) return 'must have 1 to 512 characters';
  return `${key}${value}`.includes('\0') ? 'must be proper text' : undefined;
}

/** As `time` takes it: with a time zone, or a day as it begins in UTC. */
const TIME_OR_DAY = {
  anyOf: [
    { type: 'string', format: 'date-time' },
    { type: 'string', format: 'date' },
  ],
} as const;

export const listQuery = z.strictObject({
  status: z.enum(REEL_STATUSES, `must be one of ${REEL_STATUSES.join(', ')}`).optional(),
  model: word('the name of a model').optional(),
  failureCode: word('a failure code such as insufficient_credits').optional(),
  runwayTaskId: word('an Operation ID').optional().meta({ description: 'The Operation ID.' }),
  q: z
    .string()
    .max(200, 'must have 200 characters at most')
    .refine((text) => searchWords(text).length > 0, 'must have a word to look for')
    .optional()
    .meta({
      description:
        'Words of the title or the prompt, or their beginnings: all of them. Case and accents do not count.',
    }),
  uncertain: z
    .enum(['true'], 'can only be true')
    .optional()
    .meta({ description: 'Only reels that may have been charged more than is known.' }),
  createdAfter: time.optional().meta({
    description: 'Asked for at this time or later.',
    override: TIME_OR_DAY,
  }),
  createdBefore: time.optional().meta({
    description: 'Asked for before this time.',
    override: TIME_OR_DAY,
  }),
  metadata,
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
    .meta({ description: '`nextCursor` of the answer before, to the same filters.' }),
});

export type ListFilters = z.output<typeof listQuery>;

export type Filters = Omit<ReelQuery, 'limit' | 'after'>;

/** All that a page does not change: a cursor holds for the same one. */
export function filtersOf(client: string, asked: ListFilters): Filters {
  const { q, uncertain, createdAfter, createdBefore, metadata: pairs = {} } = asked;
  const { status, model, failureCode, runwayTaskId } = asked;
  return {
    client,
    ...(q !== undefined && { text: q }),
    ...(status !== undefined && { status }),
    ...(model !== undefined && { model }),
    ...(failureCode !== undefined && { failureCode }),
    ...(runwayTaskId !== undefined && { runwayTaskId }),
    ...(uncertain !== undefined && { uncertain: true }),
    ...(createdAfter !== undefined && { fromMs: createdAfter }),
    ...(createdBefore !== undefined && { toMs: createdBefore - 1 }),
    metadata: Object.entries(pairs).sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}
