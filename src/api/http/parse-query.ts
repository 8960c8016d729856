import type { z } from 'zod';
import type { Issue } from '../../contract/schemas/problem';
import { Problem } from './problem';
import { cutText } from '../../contract/text';

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
