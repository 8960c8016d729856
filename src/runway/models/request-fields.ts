/** Each field of a request by itself. What depends on the model is checked in `request-rules.ts`. */
import { z } from 'zod';
import { parseDuration } from '../../contract/duration';
import { AUDIO_MODES, type Fallback, ON_LOST_ANSWER, type ReelRequest } from '../../contract/request';
import { cutText, isVisible } from '../../contract/text';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MAX_SEED = 4_294_967_295;

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

const MAX_FALLBACKS = 6;

export const fallback = z.union(
  [
    z.enum(['no_audio', 'shorter_prompt', 'wait']),
    z.templateLiteral(['model:', z.string().regex(/^[\w.-]{1,64}$/)]),
  ],
  'must be a list out of no_audio, shorter_prompt, wait and model:<name>',
) satisfies z.ZodType<Fallback>;

export const REQUEST_FIELDS = {
  promptText: visibleText,
  promptImage: text,
  model: text,
  ratio: text,
  duration: z.number({ error: 'must be a number of seconds, without quotes' }),
  audio: z.enum(AUDIO_MODES, { error: `must be one of ${AUDIO_MODES.join(', ')}` }),
  negativePrompt: visibleText,
  seed: whole(0, MAX_SEED),
  fallbacks: z
    .array(fallback, { error: 'must be a list, such as ["no_audio", "wait"]' })
    .max(MAX_FALLBACKS, `must have ${MAX_FALLBACKS} entries at most`)
    .refine((list) => new Set(list).size === list.length, 'must not name the same one twice'),
  onLostAnswer: z.enum(ON_LOST_ANSWER, { error: `must be one of ${ON_LOST_ANSWER.join(', ')}` }),
  maxCredits: whole(1, 1_000_000),
  deadline: text.refine((value) => {
    const ms = parseDuration(value);
    return ms !== undefined && ms >= MINUTE_MS && ms <= 30 * DAY_MS;
  }, 'must be a duration between 1m and 30d, such as 90m, 48h or 7d'),
  webhookUrl: text.refine(isReceiver, 'must be an http(s) URL without a user, a password or a fragment'),
  title: visibleText
    .max(200, 'must have 200 characters at most')
    .refine((value) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value), 'must be one line without control characters'),
  date: text.refine(isIsoDate, 'must be a day of the calendar, written as 2025-12-06'),
  metadata: z.custom<Readonly<Record<string, string>>>().superRefine((value, context) => {
    const message = metadataProblem(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  }),
} satisfies { readonly [F in keyof ReelRequest]-?: z.ZodType<ReelRequest[F]> };

export type RequestFields = Partial<z.infer<z.ZodObject<typeof REQUEST_FIELDS>>>;

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
