/** What one read of a Runway task says. A read is free: nothing here decides about money. */
import { creditsIn, errorText, parseObject, wordsOf } from './answer-text';
import type { Exchange } from './exchange';
import { parseRetryAfter } from './retry-after';

/** A Runway task as read, with everything untrusted made safe. */
export interface RunwayTask {
  /** Runway's word; one that we do not know means still running. */
  readonly status: string;
  /** 0 to 1; undefined when absent or no such number. */
  readonly progress?: number;
  readonly failureCode?: string;
  readonly failure?: string;
  /** `cost.credits` of an ended task. */
  readonly credits?: number;
  /** URLs of the output; empty when there are none. */
  readonly output: readonly string[];
}

export type TaskRead =
  | { readonly kind: 'task'; readonly task: RunwayTask }
  /** 401, 402, 403: no verdict on a paid task, but on the key or the account. */
  | { readonly kind: 'access_refused'; readonly httpStatus: number; readonly words: string }
  | { readonly kind: 'not_found'; readonly words: string }
  | { readonly kind: 'fault'; readonly words: string; readonly retryAfterMs?: number };

const MAX_FAILURE_LENGTH = 2_000;

export function taskRead(exchange: Exchange, now: number): TaskRead {
  const { status, fault, bodyText } = exchange;
  if (status === 200 && fault === undefined) {
    const task = parseTask(bodyText);
    if (task) return { kind: 'task', task };
  }
  const words = wordsOf(exchange);
  if (status === 401 || status === 402 || status === 403)
    return { kind: 'access_refused', httpStatus: status, words };
  // A 404 of a proxy is a fault; only Runway knows that it has no such task.
  if (status === 404 && errorText(bodyText) !== undefined) return { kind: 'not_found', words };
  const retryAfterMs = parseRetryAfter(exchange.retryAfter, now);
  return { kind: 'fault', words, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

function parseTask(bodyText: string): RunwayTask | undefined {
  const raw = parseObject(bodyText);
  const status = raw?.['status'];
  if (!raw || typeof status !== 'string') return undefined;
  const progress = raw['progress'];
  const credits = creditsIn(raw['cost']);
  return {
    status,
    ...(isFraction(progress) ? { progress } : {}),
    ...textField('failureCode', raw['failureCode']),
    ...textField('failure', raw['failure']),
    ...(credits === undefined ? {} : { credits }),
    output: Array.isArray(raw['output']) ? raw['output'].filter((url) => typeof url === 'string') : [],
  };
}

function isFraction(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function textField<K extends string>(key: K, value: unknown): Partial<Record<K, string>> {
  return typeof value === 'string' && value !== ''
    ? ({ [key]: value.slice(0, MAX_FAILURE_LENGTH) } as Partial<Record<K, string>>)
    : {};
}
