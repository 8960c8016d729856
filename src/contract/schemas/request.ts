/** What a caller asks for: the body of `POST /v1/reels`, and how it stands on the reel. */
import { z } from 'zod';
import { DAY_MS, MINUTE_MS, parseDuration } from '../duration';
import { AUDIO_MODES, ON_LOST_ANSWER } from '../request';
import { cutText, isVisible } from '../text';
import { credits, day, type Shape } from './values';

const MAX_SEED = 4_294_967_295;
const MAX_FALLBACKS = 6;

/** Would change what an object is instead of what it holds, or be lost when it is copied. */
const PROTOTYPE_KEYS = ['__proto__', 'constructor', 'prototype'];

// Messages are the end of a sentence that begins with the field's name.
const text = z
  .string({ error: 'must be text, in quotes' })
  .refine((value) => !/\p{Cs}/u.test(value), 'contains half of a character: it was cut in the middle of one')
  .refine((value) => !value.includes('\0'), 'contains a NUL character: remove it');
const visibleText = text.refine(isVisible, 'must not be empty: write something that can be seen');
const whole = (least: number, most: number) => {
  const range = `must be a whole number between ${least} and ${most}`;
  return z.number('must be a whole number, without quotes').int(range).min(least, range).max(most, range);
};

/** What may be changed when the caller's own settings keep failing. `wait` waits FALLBACK_WAIT and tries the same ones again. */
const fallback = z.union(
  [
    z.enum(['no_audio', 'shorter_prompt', 'wait']),
    z.templateLiteral(['model:', z.string().regex(/^[\w.-]{1,64}$/)]),
  ],
  'must be a list out of no_audio, shorter_prompt, wait and model:<name>',
);
export type Fallback = Shape<typeof fallback>;

/**
 * Each field by itself: as it is sent, and as the reel shows it. What depends on the model is checked in
 * `src/runway/models/request-rules.ts`.
 */
export const REQUEST_FIELDS = {
  promptText: {
    sent: visibleText.meta({
      description: 'What the video should show. Refused, not cut, when it is longer than the model takes.',
    }),
    shown: z.string(),
  },
  promptImage: {
    sent: text.meta({
      description:
        'The first frame: an https URL, a `runway://` upload, or a data URI of a PNG, JPEG or WebP image.',
    }),
    /** `stored:<sha256>.<extension>`. */
    shown: z.string().optional().describe('`stored:…`: the image came inside the request.'),
  },
  model: {
    sent: text.meta({
      description: 'One of `GET /v1/models`, which lists what each can do and what it costs.',
    }),
    shown: z.string(),
  },
  ratio: {
    sent: text.meta({
      description: 'Width and height, as `GET /v1/models` lists them. Without it: vertical.',
      example: '720:1280',
    }),
    shown: z.string(),
  },
  duration: {
    sent: z.number({ error: 'must be a number of seconds, without quotes' }).meta({
      description:
        'Seconds, as `GET /v1/models` lists them. Without it: 8, or the closest that the model has.',
      example: 8,
    }),
    shown: z.number().describe('Seconds.'),
  },
  audio: {
    sent: z
      .enum(AUDIO_MODES, { error: `must be one of ${AUDIO_MODES.join(', ')}` })
      .meta({ description: '`none` is cheaper.', override: { default: 'none' } }),
    shown: z.enum(AUDIO_MODES),
  },
  negativePrompt: {
    sent: visibleText.meta({ description: 'What the video should not show, where the model takes it.' }),
    shown: z.string().optional(),
  },
  seed: {
    sent: whole(0, MAX_SEED).meta({ description: 'Where the model takes it.' }),
    shown: z.number().optional(),
  },
  fallbacks: {
    sent: z
      .array(fallback, { error: 'must be a list, such as ["no_audio", "wait"]' })
      .max(MAX_FALLBACKS, `must have ${MAX_FALLBACKS} entries at most`)
      .refine((list) => new Set(list).size === list.length, 'must not name the same one twice')
      .meta({
        description:
          'What may be changed when these settings keep failing, in this order, each on top of those before: `no_audio`, ' +
          '`shorter_prompt`, `model:<name>`, `wait`. Without it nothing that you asked for is changed.',
        override: { uniqueItems: true },
      }),
    shown: z.array(fallback).optional(),
  },
  onLostAnswer: {
    sent: z.enum(ON_LOST_ANSWER, { error: `must be one of ${ON_LOST_ANSWER.join(', ')}` }).meta({
      description:
        'When the answer to a paid request is lost: `ask` you, or `submit_again`, which may pay twice. Without it: ' +
        'as the service is set up.',
    }),
    shown: z.enum(ON_LOST_ANSWER).optional(),
  },
  maxCredits: {
    sent: whole(1, 1_000_000).meta({
      description:
        'The most that all generations and fallbacks may cost together. Without it: four times the estimate, or as ' +
        'the service is set up.',
    }),
    shown: credits.optional(),
  },
  deadline: {
    sent: text
      .refine((value) => {
        const ms = parseDuration(value);
        return ms !== undefined && ms >= MINUTE_MS && ms <= 30 * DAY_MS;
      }, 'must be a duration between 1m and 30d, such as 90m, 48h or 7d')
      .meta({
        description:
          'How long the reel may take, from `1m` to `30d`; with the fallback `wait`, longer than that waits.',
        example: '48h',
        override: { pattern: '^\\s*\\d{1,9}(ms|s|m|h|d)\\s*$' },
      }),
    shown: z.string().optional(),
  },
  webhookUrl: {
    sent: text.refine(isReceiver, 'must be an http(s) URL without a user, a password or a fragment').meta({
      description: 'Where to POST when the reel ends or needs a decision.',
      example: 'https://example.org/hooks/reels',
      override: { format: 'uri', maxLength: 2000 },
    }),
    shown: z.string().optional(),
  },
  title: {
    sent: visibleText
      .max(200, 'must have 200 characters at most')
      .refine((value) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value), 'must be one line without control characters')
      .meta({
        description: 'One line, shown everywhere. It names the downloaded file.',
        override: { minLength: 1 },
      }),
    shown: z.string().optional(),
  },
  date: {
    sent: text
      .refine(isIsoDate, 'must be a day of the calendar, written as 2025-12-06')
      .meta({ description: 'Day of the event.', example: '2025-12-06', override: { format: 'date' } }),
    shown: day.optional(),
  },
  metadata: {
    sent: z
      .custom<Readonly<Record<string, string>>>()
      .superRefine((value, context) => {
        const message = metadataProblem(value);
        if (message !== undefined) context.addIssue({ code: 'custom', message });
      })
      .meta({
        description:
          'Pairs of text of your own: 16 at most, names of 64 characters and values of 512, each with something to see.',
        override: {
          type: 'object',
          maxProperties: 16,
          propertyNames: { minLength: 1, maxLength: 64 },
          additionalProperties: { type: ['string', 'null'], minLength: 1, maxLength: 512 },
        },
      }),
    shown: z.record(z.string(), z.string()).optional(),
  },
} as const;

type Fields = typeof REQUEST_FIELDS;
type FieldName = keyof Fields;

/** One side of all fields. */
function side<Side extends 'sent' | 'shown'>(name: Side): { [F in FieldName]: Fields[F][Side] } {
  const fields = Object.entries(REQUEST_FIELDS).map(([field, sides]) => [field, sides[name]]);
  return Object.fromEntries(fields) as { [F in FieldName]: Fields[F][Side] };
}

/** The fields as they are sent, before defaults. */
export type SentRequest = Shape<z.ZodObject<ReturnType<typeof side<'sent'>>>>;

/** The body of `POST /v1/reels`. */
export const newReel = z
  .strictObject(nullish(side('sent')))
  .extend({ promptText: REQUEST_FIELDS.promptText.sent })
  .meta({ id: 'NewReel', description: 'A field that is null is as if it were absent.' });

function nullish(fields: Readonly<Record<string, z.ZodType>>): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, schema.nullish()]));
}

/** The request with defaults, as it travels through Temporal and stands on the reel. */
export const request = z
  .strictObject(side('shown'))
  .meta({ id: 'Request', description: 'What was asked for, with defaults filled in.' });
export type ReelRequest = Shape<typeof request>;

/** By hand: a zod record drops the key `__proto__` without a word. */
function metadataProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'must be an object of text values, such as {"event": "party"}';
  }
  const count = Object.keys(value).length;
  if (count > 16) return `has ${count} pairs: 16 are the most`;
  for (const [key, content] of Object.entries(value)) {
    const name = JSON.stringify(cutText(key, 64));
    if (PROTOTYPE_KEYS.includes(key)) return `must not have the name ${name}: choose another`;
    if (key.length === 0 || key.length > 64) return `has the name ${name}: names have 1 to 64 characters`;
    if (!text.safeParse(key).success) return `has the name ${name}, which is no proper text`;
    if (!isVisible(key)) return `has the name ${name}, of which nothing can be seen: choose another`;
    const problem = visibleText.safeParse(content).error?.issues[0]?.message;
    if (problem !== undefined) return `has a value under ${name} that ${problem}`;
    if (content.length > 512)
      return `has a value under ${name} of ${content.length} characters: 512 are the most`;
  }
  return undefined;
}

/** Where it leads is checked by who sends: names resolve to other addresses tomorrow. */
function isReceiver(value: string): boolean {
  return /^https?:\/\/[^\s/@#]+(?:[/?][^\s#]*)?$/.test(value) && value.length <= 2_000 && URL.canParse(value);
}

function isIsoDate(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const time = Date.parse(`${value}T00:00:00Z`);
  // Date.parse takes 31 February for 3 March.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}
