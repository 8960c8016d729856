/** Reads the text of answers: Runway's own, and those of a gateway, relay or proxy that stands before it. */
import { cutText, plainLine, wellFormed } from '../../contract/text';
import type { Exchange } from './exchange';

const MAX_WORDS = 1_000;

/** What happened, in one bounded line. Words that are not Runway's are passed on as somebody else's. */
export function wordsOf(exchange: Exchange): string {
  const { status, fault, bodyText } = exchange;
  const answer = status === undefined ? undefined : (errorText(bodyText) ?? foreignAnswer(status, bodyText));
  const cut = fault === undefined ? undefined : `${fault.message} (${fault.code})`;
  return cutText(plainLine([answer, cut].filter(Boolean).join('; ')) || 'no answer', MAX_WORDS, '…');
}

const MAX_FOREIGN_WORDS = 200;

/** Of a page only its title: the rest is made for a browser. */
function foreignAnswer(status: number, bodyText: string): string {
  const title = /<title[^>]*>([^<]*)/i.exec(bodyText)?.[1];
  const isPage = /^\s*</.test(bodyText);
  const said = plainLine(jsonWords(bodyText) ?? title ?? (isPage ? '' : bodyText));
  const from = `HTTP ${status} from something between here and Runway`;
  return said === '' ? from : `${from}: ${cutText(said, MAX_FOREIGN_WORDS, '…')}`;
}

/** Where gateways and relays put their words (AWS, Kong, nginx, problem+json). */
const WORD_FIELDS = ['error', 'message', 'Message', 'detail', 'title', 'error_description', 'errors', 'msg'];

/**
 * The words of a body that is JSON, in whatever shape.
 *
 * @returns undefined when it is none; empty when it has no words.
 */
export function jsonWords(bodyText: string): string | undefined {
  const parsed = parseJson(bodyText);
  // A bare number or word is JSON as well, but nothing that a server says of a request.
  return typeof parsed === 'object' && parsed !== null ? wordsIn(parsed, 0) : undefined;
}

function wordsIn(value: unknown, depth: number): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || depth > 3) return '';
  const parts = Array.isArray(value)
    ? value.slice(0, 10)
    : WORD_FIELDS.map((field) => (value as Record<string, unknown>)[field]);
  return [...new Set(parts.map((part) => wordsIn(part, depth + 1)))].filter(Boolean).join('; ');
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

/** JSON whose value is an object or a list, its texts well-formed; undefined when the text is none. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  const value = parseJson(text);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return wellFormed(JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
