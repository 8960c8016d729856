import type { z } from 'zod';
import type { Issue } from '../../contract/schemas/problem';
import { cutText } from '../../contract/text';
import { Problem } from './problem';

/** For bodies: a query is bounded by the length of a URL already. */
const MOST_UNKNOWN_FIELDS = 20;

/** Checks a body of a few known fields. @throws Problem 400 naming every wrong field */
export function parseBody<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issues = issuesOf(parsed.error, 'is not a field here', MOST_UNKNOWN_FIELDS);
  throw invalidRequest(
    issues.map(({ field, message }) => ({ field, message: `${field} ${message}.`.trim() })),
  );
}

/** @param unknown said of each name that the schema does not have; of so many at `most` */
function issuesOf(error: z.ZodError, unknown: string, most?: number): Issue[] {
  return error.issues.flatMap((issue): Issue[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.slice(0, most).map((key) => ({ field: cutText(key, 64), message: unknown }))
      : [{ field: issue.path.join('.'), message: issue.message }],
  );
}

/** @param issues each message is a sentence. */
export function invalidRequest(issues: readonly Issue[]): Problem {
  const detail = issues.map(({ message }) => message).join(' ');
  return new Problem('invalid_request', detail, { issues });
}

/** @throws Problem 400 naming every wrong parameter */
export function parseQuery<T extends z.ZodObject>(schema: T, query: unknown): z.output<T> {
  const parsed = schema.safeParse(withObjects(schema, query));
  if (parsed.success) return parsed.data;
  throw badQuery(issuesOf(parsed.error, 'is no parameter here'));
}

/** `metadata.event=party` is the field `event` of the parameter `metadata`, where a call has such a one. */
function withObjects(schema: z.ZodObject, query: unknown): unknown {
  if (typeof query !== 'object' || query === null) return query;
  const whole: Record<string, unknown> = {};
  const objects = new Map<string, Record<string, unknown>>();
  for (const [name, value] of Object.entries(query)) {
    const dot = name.indexOf('.');
    const object = dot > 0 ? name.slice(0, dot) : '';
    if (dot > 0 && Object.hasOwn(schema.shape, object)) {
      const fields = objects.get(object) ?? (Object.create(null) as Record<string, unknown>);
      fields[name.slice(dot + 1)] = value;
      objects.set(object, fields);
    } else {
      Object.defineProperty(whole, name, { value, enumerable: true, configurable: true, writable: true });
    }
  }
  for (const [object, fields] of objects) whole[object] ??= fields;
  return whole;
}

export function badQuery(issues: readonly Issue[]): Problem {
  const detail = issues.map(({ field, message }) => `${field} ${message}.`).join(' ');
  return new Problem('invalid_query', detail, { issues });
}
