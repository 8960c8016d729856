/** What became of one paid POST, by the evidence of its exchange. Pure: every branch says why. */
import { classifyHttp } from '../failures/classify';
import type { CatalogEntry } from '../../contract/schemas/failure';
import { entryOf } from '../failures/error-catalog';
import type { Exchange } from './exchange';
import { creditsIn, errorText, jsonWords, parseObject, wordsOf } from './answer-text';
import { parseRetryAfter } from './retry-after';

export type SubmitOutcome =
  | {
      readonly kind: 'created';
      readonly runwayTaskId: string;
      readonly estimatedCredits?: number;
      readonly requestId?: string;
    }
  /** A verdict of Runway, or of the gateway before it: nothing was made, nothing was charged. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The request never left. */
  | { readonly kind: 'not_sent'; readonly refusal: Refusal }
  /** It left, and its outcome is not known. */
  | { readonly kind: 'unknown'; readonly refusal: Refusal };

/** Evidence of a refusal, for the failure that people read. */
export interface Refusal {
  readonly entry: CatalogEntry;
  readonly words: string;
  readonly httpStatus?: number;
  readonly requestId?: string;
  readonly retryAfterMs?: number;
}

/**
 * IDs are UUIDs today. Of any other form, what Temporal takes as a keyword (a longer one would block the run for ever), and
 * what can be a part of a path: `..` could never be read.
 */
const ANY_ID = /^(?!(?:\.|%2e){1,2}$)[!-~]{1,200}$/i;
/** After the name of its field. */
const TASK_ID = /^\s*:\s*"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"/i;

export function submitOutcome(exchange: Exchange, now: number): SubmitOutcome {
  const { status, fault, bodyText } = exchange;
  if (!exchange.connected) return { kind: 'not_sent', refusal: refusal(exchange, entryOf('not_sent'), now) };
  const unknown = (): SubmitOutcome => ({
    kind: 'unknown',
    refusal: refusal(exchange, entryOf('submit_outcome_unknown'), now),
  });
  // No status: a time-out or a reset after the connection stood. It may have been read before that.
  if (status === undefined) return unknown();

  if (status >= 200 && status < 300) {
    // Any 2xx may stand for a task that exists; an ID in half a body is as good as in a whole one.
    const created = createdTask(bodyText);
    if (!created) return unknown();
    const { requestId } = exchange;
    return { kind: 'created', ...created, ...(requestId === undefined ? {} : { requestId }) };
  }
  // A redirect is not followed (it would carry the key away), and says nothing about the first host.
  if (status < 400) return unknown();
  // A page does not know what Runway did, and half an answer may say something else.
  const words = jsonWords(exchange);
  if (fault !== undefined || words === undefined) return unknown();
  // A 4xx was not passed on, whether Runway or the gateway before it sent it. A 5xx of a gateway leaves the outcome open.
  if (status >= 500 && errorText(bodyText) === undefined) return unknown();
  const entry = classifyHttp(status, words);
  return entry ? { kind: 'refused', refusal: refusal(exchange, entry, now) } : unknown();
}

function createdTask(bodyText: string): { runwayTaskId: string; estimatedCredits?: number } | undefined {
  const parsed = parseObject(bodyText);
  const id = parsed?.['id'];
  if (typeof id === 'string' && ANY_ID.test(id)) {
    const estimatedCredits = creditsIn(parsed?.['estimatedCost']);
    return { runwayTaskId: id, ...(estimatedCredits === undefined ? {} : { estimatedCredits }) };
  }
  const salvaged = parsed === undefined ? idInHalf(bodyText) : undefined;
  return salvaged === undefined ? undefined : { runwayTaskId: salvaged };
}

/**
 * The task ID in JSON that was cut short: in the outermost object, as in a whole answer. One further in, or in a page, is
 * of something else.
 */
function idInHalf(bodyText: string): string | undefined {
  if (!/^\s*\{/.test(bodyText)) return undefined;
  let depth = 0;
  for (const { 0: token, index } of bodyText.matchAll(/"(?:[^"\\]|\\.)*(?:"|\\?$)|[[\]{}]/gs)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (depth === 1 && token === '"id"') {
      const [, id] = TASK_ID.exec(bodyText.slice(index + token.length)) ?? [];
      if (id !== undefined) return id;
    }
  }
  return undefined;
}

function refusal(exchange: Exchange, entry: CatalogEntry, now: number): Refusal {
  const retryAfterMs = parseRetryAfter(exchange.retryAfter, now);
  return {
    entry,
    words: wordsOf(exchange),
    ...(exchange.status === undefined ? {} : { httpStatus: exchange.status }),
    ...(exchange.requestId === undefined ? {} : { requestId: exchange.requestId }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
