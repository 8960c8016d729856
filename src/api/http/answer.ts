/** What a route may answer, as its declaration says it: `openapi/document.ts` writes it down, tests hold answers to it. */
import type { z } from 'zod';

export interface Answer {
  readonly text: string;
  readonly headers?: readonly HeaderName[];
  /** By media type. */
  readonly content?: Readonly<Record<string, Content>>;
}

interface Content {
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
