import type { z } from 'zod';
import type { ProblemCode } from '../../contract/problems';

export type OperationKey = `${'GET' | 'POST' | 'DELETE'} /${string}`;

/** What the contract says about one call. `document.ts` writes it as OpenAPI. */
export interface Operation {
  /** Name of the call in generated clients. */
  readonly id: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly text?: string;
  /** `open`: without a key. `link`: with a key, or a signed link. */
  readonly access: 'open' | 'key' | 'admin' | 'link';
  readonly path?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: Body;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Beside those that `access` and `body` bring along. */
  readonly refuses?: readonly ProblemCode[];
  /** What a refusal reads like, where it is no problem+json. */
  readonly refusal?: z.ZodType;
}

export type Tag = 'Reels' | 'Money' | 'Failures' | 'Service' | 'Old front end';

interface Body {
  readonly schema: z.ZodType;
  readonly examples: Readonly<Record<string, unknown>>;
  readonly optional?: boolean;
}

export interface Answer {
  readonly text: string;
  readonly headers?: readonly HeaderName[];
  /** By media type. */
  readonly content?: Readonly<Record<string, Content>>;
}

export interface Content {
  /** Missing: bytes, or text without a form. */
  readonly schema?: z.ZodType;
  readonly examples?: Readonly<Record<string, unknown>>;
}

/** Headers of answers that mean something to the caller. */
export const HEADERS = {
  Location: 'URL of the reel.',
  RateLimit: 'What is left of the requests of this second (draft-ietf-httpapi-ratelimit-headers).',
  'Retry-After': 'Seconds after which it makes sense to ask again.',
  'WWW-Authenticate': 'How to send a key.',
  'Content-Disposition': 'Name of the file: `2025-12-06-holiday-celebration.mp4`.',
  'Accept-Ranges': '`bytes`',
  'Content-Range': 'Which bytes of how many.',
  ETag: 'Content of the file; for `If-None-Match` and `If-Range`.',
  'Set-Cookie': 'The session.',
  'Preference-Applied': '`wait=30`: the answer came after a wait.',
} as const;

export type HeaderName = keyof typeof HEADERS;

/** An answer of JSON. */
export function json(
  text: string,
  schema: z.ZodType,
  examples?: Readonly<Record<string, unknown>>,
  headers?: readonly HeaderName[],
): Answer {
  return {
    text,
    ...(headers && { headers }),
    content: { 'application/json': { schema, ...(examples && { examples }) } },
  };
}
