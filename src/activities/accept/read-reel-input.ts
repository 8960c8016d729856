import { z } from 'zod';
import type { Backend } from '../../domain/backend';
import type { GenerateReelInput } from '../../domain/generate-reel';
import { REEL_ID_PATTERN } from '../../contract/reel';
import { failure } from '../failure';
import { withoutNulls } from '../../contract/nulls';
import { cutText, wellFormed } from '../../contract/text';

const reelId = z
  .string()
  .regex(REEL_ID_PATTERN, 'must be the ID of a reel: 26 characters of lower-case base32');

const backend = z.strictObject(
  {
    kind: z.enum(['runway', 'simulator'], 'must be runway or simulator'),
    baseUrl: z.url({ protocol: /^https?$/, error: 'must be the base URL of an API' }),
    account: z.string('must be text').optional(),
    database: z.string('must be text').optional(),
  },
  'must be an object with kind and baseUrl',
) satisfies z.ZodType<Backend>;

/** `client` becomes a search attribute, and `createdAt` is in answers: a bad value would only fail much later. */
const reelInput = z.strictObject({
  id: reelId.optional(),
  client: z
    .string('must be the name of an API key')
    .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be the name of an API key')
    .optional(),
  bodyHash: z.string('must be text').max(64, 'must be a SHA-256').optional(),
  createdAt: z.iso.datetime('must be a time, such as 2025-12-06T18:00:00.000Z').optional(),
  backend: backend.optional(),
  remakeOf: reelId.optional(),
  request: z.unknown(),
}) satisfies z.ZodType<GenerateReelInput>;

/**
 * The input of a run, checked field by field: it may come from Temporal's UI or from another workflow. The request in
 * it is checked elsewhere.
 *
 * @throws ApplicationFailure `Reel.InvalidRequest`, for good, that names every wrong field.
 */
export function readReelInput(input: unknown): GenerateReelInput {
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
  if (!isObject || !('request' in input)) {
    const words =
      'the input must be an object with a request, such as {"request": {"promptText": "Snow falls"}}';
    throw failure('invalid_request', { words });
  }
  // The request is checked elsewhere, with the nulls in it.
  const { request, ...fields } = wellFormed(input as { request: unknown });
  const parsed = reelInput.safeParse({ ...withoutNulls(fields), request });
  if (parsed.success) return parsed.data;
  const words = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.slice(0, 20).map((key) => unknownField([...issue.path, cutText(key, 64)].join('.')))
      : `${issue.path.join('.')} ${issue.message}`,
  );
  throw failure('invalid_request', { words: words.join('; ') });
}

function unknownField(field: string): string {
  return `${field} is not a field of the input: what the reel is to be stands in its request`;
}
