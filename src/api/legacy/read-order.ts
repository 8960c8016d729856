import { z } from 'zod';
import { isVisible } from '../../contract/text';
import type { AudioMode } from '../../contract/request';
import { parseReelRequest } from '../../runway/models/request-rules';
import { bodyHash } from '../reels/order/idempotency';
import { invalidRequest } from '../http/parse-input';
import type { Issue } from '../../contract/schemas/problem';
import type { Order } from '../reels/order/start-reel';

const AUDIO = {
  no_audio: 'none',
  music_only: 'music',
  music_and_speech: 'music_and_speech',
} as const satisfies Record<string, AudioMode>;

const text = z.string({ error: 'must be text, in quotes' });
/** The old front end sends `null` or nothing at all for what it does not know. */
const orNothing = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value || undefined);

/** Other fields are ignored. */
export const legacyBody = z.object(
  {
    prompt: orNothing(text),
    event: orNothing(
      z.object(
        {
          title: orNothing(text),
          start_utc: orNothing(text.transform(dayOf)),
          location: orNothing(
            text
              .refine((value) => value.length <= 512, 'must have 512 characters at most')
              .transform((value) => (isVisible(value) ? value : '')),
          ),
        },
        { error: 'must be an object, such as {"title": "Lantern Night"}' },
      ),
    ),
    audioMode: orNothing(
      z.enum(Object.keys(AUDIO) as (keyof typeof AUDIO)[], {
        error: `must be one of ${Object.keys(AUDIO).join(', ')}`,
      }),
    ),
    addMusic: orNothing(z.boolean({ error: 'must be true or false' })),
  },
  { error: 'The body must be a JSON object, such as {"prompt": "Snow falls on a quiet town"}' },
);

/** Our fields by the names that the old front end has for them. */
const OLD_NAMES: Readonly<Record<string, string>> = {
  promptText: 'prompt',
  title: 'event.title',
  metadata: 'event.location',
  audio: 'audioMode',
};

const ADD_MUSIC =
  'addMusic is not done here: add music in the app that publishes the reel, or send audioMode "music_only".';

export interface LegacyOrder extends Pick<Order, 'request' | 'bodyHash'> {
  readonly warnings: readonly string[];
}

/**
 * What a body of the old front end asks for: always a vertical reel. The hash covers only the fields that are
 * used, so that others make no other reel of it.
 *
 * @throws Problem 400 naming every wrong field by its old name
 */
export function readLegacyOrder(body: unknown): LegacyOrder {
  const legacy = legacyBody.safeParse(body);
  if (!legacy.success) {
    throw invalidRequest(
      legacy.error.issues.map(({ path, message }) => {
        const field = path.join('.');
        return { field, message: `${field} ${message}.`.trim() };
      }),
    );
  }
  const { prompt, event: { title, start_utc: date, location } = {}, audioMode, addMusic } = legacy.data;
  const ours = {
    promptText: prompt,
    ratio: '720:1280',
    audio: AUDIO[audioMode ?? 'no_audio'],
    title,
    date,
    metadata: location === undefined ? undefined : { location },
  };
  const parsed = parseReelRequest(ours);
  if (!parsed.ok) throw invalidRequest(parsed.issues.map(inOldWords));
  return { request: parsed.request, bodyHash: bodyHash(ours), warnings: addMusic ? [ADD_MUSIC] : [] };
}

function inOldWords({ field, message }: Issue): Issue {
  const name = OLD_NAMES[field] ?? field;
  return { field: name, message: message.replace(field, name) };
}

/** The day of a time in UTC; a time without a zone is one. */
function dayOf(time: string, context: z.RefinementCtx): string {
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(time) || !time.includes('T') ? time : `${time}Z`;
  const date = new Date(/^\d{4}-\d{2}-\d{2}/.test(time) ? zoned : NaN);
  if (!Number.isNaN(date.getTime())) return date.toISOString().slice(0, 10);
  context.addIssue({ code: 'custom', message: 'must be a time such as 2025-12-06T18:00:00Z' });
  return z.NEVER;
}
