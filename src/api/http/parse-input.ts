import type { z } from 'zod';
import type { Issue } from '../../contract/schemas/problem';
import { cutText } from '../../contract/text';
import { Problem } from './problem';

/** Checks a body of a few known fields. @throws Problem 400 naming every wrong field */
export function parseBody<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.flatMap((issue): Issue[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.slice(0, 20).map((key) => ({ field: cutText(key, 64), message: 'is not a field here' }))
      : [{ field: issue.path.join('.'), message: issue.message }],
  );
  throw invalidRequest(
    issues.map(({ field, message }) => ({ field, message: `${field} ${message}.`.trim() })),
  );
}

/** @param issues each message is a sentence. */
export function invalidRequest(issues: readonly Issue[]): Problem {
  const detail = issues.map(({ message }) => message).join(' ');
  return new Problem('invalid_request', detail, { issues });
}

/** @throws Problem 400 naming every wrong parameter */
export function parseQuery<T extends z.ZodType>(schema: T, query: unknown): z.output<T> {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  throw badQuery(
    parsed.error.issues.flatMap((issue): Issue[] =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ field: cutText(key, 64), message: 'is no parameter here' }))
        : [{ field: issue.path.join('.'), message: issue.message }],
    ),
  );
}

export function badQuery(issues: readonly Issue[]): Problem {
  const detail = issues.map(({ field, message }) => `${field} ${message}.`).join(' ');
  return new Problem('invalid_query', detail, { issues });
}
