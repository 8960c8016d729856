/** Reads the text of Runway's answers, and never passes on a page that is not Runway's. */
import type { Exchange } from './exchange';

const MAX_WORDS = 1_000;

/** What happened, in one bounded line. Of a page that is not Runway's, only that it came. */
export function wordsOf(exchange: Exchange): string {
  const { status, fault, bodyText } = exchange;
  const answer =
    status === undefined
      ? undefined
      : (errorText(bodyText) ?? `HTTP ${status} with an answer that is not Runway's`);
  const cut = fault === undefined ? undefined : `${fault.message} (${fault.code})`;
  return ([answer, cut].filter(Boolean).join('; ') || 'no answer').slice(0, MAX_WORDS);
}

/** Runway's own error text, with the fields that it names; undefined when the body is not Runway's JSON. */
export function errorText(bodyText: string): string | undefined {
  const parsed = parseObject(bodyText);
  if (typeof parsed?.['error'] !== 'string') return undefined;
  const issues = Array.isArray(parsed['issues'])
    ? (parsed['issues'] as { path?: unknown; message?: unknown }[])
    : [];
  const named = issues
    .slice(0, 10)
    .map(
      (issue) => `${Array.isArray(issue?.path) ? issue.path.join('.') : 'body'}: ${String(issue?.message)}`,
    );
  return [parsed['error'], ...named].join('; ');
}

/** `credits` of a `cost` or an `estimatedCost`; undefined when it is no amount: a negative one would free budget for more. */
export function creditsIn(cost: unknown): number | undefined {
  const credits = (cost as { credits?: unknown } | null | undefined)?.credits;
  return typeof credits === 'number' && Number.isFinite(credits) && credits >= 0 ? credits : undefined;
}

export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
