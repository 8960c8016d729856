/**
 * A value as it was parsed from JSON, without the fields that are null: other languages write null where a field is
 * absent. An entry of a list keeps its null, as it has no name to be absent under.
 */
export function withoutNulls<T>(value: T): T {
  return strip(value) as T;
}

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (typeof value !== 'object' || value === null) return value;
  const given = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(given.map(([name, inner]) => [name, strip(inner)]));
}
