/** Reads the text of answers: Runway's own, and those of a gateway, relay or proxy that stands before it. */
import { cutText, isVisible, plainLine, wellFormed } from '../../contract/text';
import type { Exchange } from './exchange';

const MAX_WORDS = 1_000;

/** What happened, in one bounded line. Text that is not Runway's is marked as such. */
export function wordsOf(exchange: Exchange): string {
  const { status, fault, bodyText } = exchange;
  const answer = status === undefined ? undefined : (errorText(bodyText) ?? foreignAnswer(status, exchange));
  const cut = fault === undefined ? undefined : `${fault.message} (${fault.code})`;
  return cutText(plainLine([answer, cut].filter(Boolean).join('; ')) || 'no answer', MAX_WORDS, '…');
}

const MAX_FOREIGN_WORDS = 200;

/** Of a page only its title: the rest is made for a browser. */
function foreignAnswer(status: number, exchange: Exchange): string {
  const { bodyText } = exchange;
  const title = /<title[^>]*>([^<]*)/i.exec(bodyText)?.[1];
  const isPage = /^\s*</.test(bodyText);
  const said = plainLine(jsonWords(exchange) ?? title ?? (isPage ? '' : bodyText));
  const from = `HTTP ${status} from something between here and Runway`;
  return isVisible(said) ? `${from}: ${cutText(said, MAX_FOREIGN_WORDS, '…')}` : from;
}

/** Where gateways, relays and frameworks put their words (AWS, Apigee, Kong, nginx, problem+json), without `_` and case. */
const WORD_FIELDS = [
  'error',
  'message',
  'detail',
  'details',
  'title',
  'errordescription',
  'errormessage',
  'errors',
  'msg',
  'reason',
  'fault',
  'faultstring',
];

/**
 * The words of a body that is JSON, in whatever shape.
 *
 * @returns undefined when it is none; empty when it has no words.
 */
export function jsonWords({ bodyText, contentType = '' }: Exchange): string | undefined {
  const parsed = parseJson(bodyText);
  if (parsed === undefined) return undefined;
  // A bare number or a text in quotes may be any text. Who calls it JSON means it as an answer.
  const isBare = typeof parsed !== 'object' || parsed === null;
  return isBare && !/^application\/(?:.+\+)?json\b/i.test(contentType) ? undefined : wordsIn(parsed, 0);
}

function wordsIn(value: unknown, depth: number): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || depth > 3) return '';
  const parts = (Array.isArray(value) ? (value as unknown[]) : wordParts(value)).slice(0, 10);
  return [...new Set(parts.map((part) => wordsIn(part, depth + 1)))].filter(Boolean).join('; ');
}

/** In the order of `WORD_FIELDS`. Of validators, which name the fields of the request, their lists: `{"ratio": ["no"]}`. */
function wordParts(value: object): unknown[] {
  const fields = Object.entries(value).map(([name, part]) => [name.toLowerCase().replaceAll('_', ''), part]);
  const named = WORD_FIELDS.flatMap((word) =>
    fields.filter(([name]) => name === word).map(([, part]) => part),
  );
  return named.length > 0 ? named : Object.values(value).filter(Array.isArray);
}

/** Runway's own error text, with the fields that it names; undefined when the body is not Runway's JSON, or says nothing. */
export function errorText(bodyText: string): string | undefined {
  const parsed = parseObject(bodyText);
  if (typeof parsed?.['error'] !== 'string' || !isVisible(parsed['error'])) return undefined;
  const issues = Array.isArray(parsed['issues'])
    ? (parsed['issues'] as ({ path?: unknown; message?: unknown } | null)[])
    : [];
  const named = issues.slice(0, 10).map((issue) => {
    const path = Array.isArray(issue?.path) ? issue.path.map(plain).join('.') : 'body';
    return `${path}: ${plain(issue?.message)}`;
  });
  return [parsed['error'], ...named].join('; ');
}

/** Not `String` alone: of an object that came it would call a field named `toString`. */
function plain(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
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
