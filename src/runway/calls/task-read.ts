/** What one read of a Runway task says. A read is free: nothing here decides about money. */
import { cutText, plainLine } from '../../contract/text';
import { creditsIn, errorText, parseObject, wordsOf } from './answer-text';
import type { Exchange } from './exchange';
import { parseRetryAfter } from './retry-after';

/** A Runway task as read, with everything untrusted made safe. */
export interface RunwayTask {
  /** As Runway writes it: a lenient reader of IDs answers to other spellings of one, too. */
  readonly id?: string;
  /** One of `TASK_STATUSES`, or an unknown status: the task may still run. */
  readonly status: string;
  /** ISO time at which it was submitted. */
  readonly createdAt?: string;
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

const TASK_STATUSES = ['PENDING', 'THROTTLED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED'] as const;

/**
 * Other spellings, as relays write them. None means `FAILED`: a failure without a code is generated again, and that
 * costs, so only Runway's own word counts. Taking a task for finished costs nothing but reading its output.
 */
const SPELLINGS: ReadonlyMap<string, (typeof TASK_STATUSES)[number]> = new Map([
  ['CANCELED', 'CANCELLED'],
  ['SUCCESS', 'SUCCEEDED'],
  ['SUCCEED', 'SUCCEEDED'],
  ['SUCCESSFUL', 'SUCCEEDED'],
  ['COMPLETE', 'SUCCEEDED'],
  ['COMPLETED', 'SUCCEEDED'],
  ['DONE', 'SUCCEEDED'],
  ['FINISHED', 'SUCCEEDED'],
  ['INPROGRESS', 'RUNNING'],
  ['PROCESSING', 'RUNNING'],
  ['GENERATING', 'RUNNING'],
  ['QUEUED', 'PENDING'],
  ['INQUEUE', 'PENDING'],
  ['WAITING', 'PENDING'],
]);

const MAX_FAILURE_LENGTH = 2_000;
const MAX_STATUS_LENGTH = 40;

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
  if (raw?.['status'] === undefined) return undefined;
  const said = raw['status'];
  // What is no text is no word that anybody knows, and no reason to ask for ever.
  const status = typeof said === 'string' ? said : JSON.stringify(said);
  const progress = raw['progress'];
  const credits = creditsIn(raw['cost']);
  const output = outputUrls(raw['output']);
  const known = typeof said === 'string' ? knownStatus(said) : undefined;
  return {
    ...idField(raw['id']),
    // Whatever its status, a task with an output is finished: deleting it would delete what was paid for.
    status: known ?? (output.length > 0 ? 'SUCCEEDED' : cutText(plainLine(status), MAX_STATUS_LENGTH, '…')),
    ...timeField('createdAt', raw['createdAt']),
    ...(isFraction(progress) ? { progress } : {}),
    ...textField('failureCode', raw['failureCode']),
    ...textField('failure', raw['failure']),
    ...(credits === undefined ? {} : { credits }),
    output,
  };
}

/** Relays write a single one without its list. */
function outputUrls(output: unknown): string[] {
  const offered: unknown[] = Array.isArray(output) ? output : [output];
  return offered.filter((url) => typeof url === 'string').filter((url) => url.trim() !== '');
}

function knownStatus(said: string): string | undefined {
  const word = said.toUpperCase().replace(/[^A-Z]/g, '');
  return TASK_STATUSES.find((status) => status === word) ?? SPELLINGS.get(word);
}

export function isKnownStatus(status: string): boolean {
  return (TASK_STATUSES as readonly string[]).includes(status);
}

function isFraction(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function timeField<K extends string>(key: K, value: unknown): Partial<Record<K, string>> {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? {} : ({ [key]: new Date(time).toISOString() } as Partial<Record<K, string>>);
}

function idField(value: unknown): { readonly id?: string } {
  return typeof value === 'string' && /^[!-~]{1,200}$/.test(value) ? { id: value } : {};
}

function textField<K extends string>(key: K, value: unknown): Partial<Record<K, string>> {
  return typeof value === 'string' && value !== ''
    ? ({ [key]: cutText(value, MAX_FAILURE_LENGTH, '…') } as Partial<Record<K, string>>)
    : {};
}
