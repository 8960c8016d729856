import { z } from 'zod';
import { CATALOG } from '../../runway/failures/error-catalog';
import { explain } from '../../runway/failures/explain';
import { json } from '../http/answer';
import { route } from '../http/route';
import { catalogEntries } from '../../contract/schemas/failure';

export const listErrors = route({
  method: 'GET',
  path: '/v1/errors',
  id: 'listErrors',
  tag: 'Failures',
  summary: 'Every failure that a reel can meet',
  text: 'Cause, what the service does, what you can do, and what becomes of the credits.',
  access: 'key',
  answers: { 200: json('The catalog.', catalogEntries) },
  handler: ({ res }) => void res.json({ entries: CATALOG }),
});

/** By any code, status or text that `explain` knows. A status can mean several entries. */
export const explainError = route({
  method: 'GET',
  path: '/v1/errors/{code}',
  id: 'explainError',
  tag: 'Failures',
  summary: 'Explain a failure',
  access: 'key',
  params: z.object({
    code: z
      .string()
      .min(1)
      .meta({
        description: "Our code, an HTTP status, Runway's `failureCode`, or the number 13 in its text.",
        examples: ['insufficient_credits', '402', 'SAFETY.INPUT.TEXT', '13'],
      }),
  }),
  answers: { 200: json('The entries that fit, the most likely one first.', catalogEntries) },
  problems: ['error_not_found'],
  handler({ params: { code }, res, problem }) {
    const entries = explain(code);
    if (entries.length > 0) res.json({ entries });
    else {
      throw problem(
        'error_not_found',
        'The catalog has no entry for this code. GET /v1/errors lists all of them.',
      );
    }
  },
});
