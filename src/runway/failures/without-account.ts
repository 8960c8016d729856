/** A reel as a client that is no admin may see it: without the account and the spending of others. Pure. */
import type { ReelFailure } from '../../contract/schemas/failure';
import type { Decision, Generation, Waiting } from '../../contract/schemas/reel';
import type { WebhookEvent } from '../../domain/webhook';
import { CATALOG, type CatalogCode, findEntry } from './error-catalog';

/** Failures whose words, Runway's or ours, name balance, limits, spending or name of the account. */
const OF_THE_ACCOUNT = [
  'insufficient_credits',
  'payment_required',
  'unauthorized',
  'forbidden',
  'rate_limited',
  'daily_limit_reached',
  'daily_budget_reached',
  'wrong_backend',
] as const satisfies readonly CatalogCode[];

const TITLES = CATALOG.filter(({ code }) => (OF_THE_ACCOUNT as readonly string[]).includes(code)).map(
  ({ title }) => title,
);

/** What every message goes on with after the words: `failureEnvelope` writes it. */
const CHARGE =
  /(?:Nothing was charged|Charged: \$[\d.]+ \(|May have been charged: |What was charged is not known)/;

/** The parts that a reel, its list, its events, its support packet and its webhooks have in common. */
interface Shown {
  readonly generations: readonly Pick<Generation, 'number'>[];
  readonly waiting?: Waiting;
  readonly decision?: Decision;
  readonly failure?: ReelFailure;
}

export function withoutAccount<R extends Shown>(reel: R): R {
  const { generations, waiting, decision, failure } = reel;
  const { account: _account, ...waitingLeft } = waiting ?? {};
  const { evidence: _evidence, ...decisionLeft } = decision ?? {};
  return {
    ...reel,
    generations: generations.map(generationWithoutAccount),
    ...(waiting && { waiting: waitingLeft }),
    ...(decision && { decision: decisionLeft }),
    ...(failure && { failure: failureWithoutAccount(failure) }),
  };
}

export function eventWithoutAccount({ id, body }: WebhookEvent): WebhookEvent {
  return { id, body: { ...body, data: withoutAccount(body.data) } };
}

function failureWithoutAccount<F extends Pick<ReelFailure, 'code' | 'message' | 'account'>>(failure: F): F {
  const { account: _account, ...left } = failure;
  return { ...(left as F), message: withoutWords(failure.message, failure.code) };
}

function generationWithoutAccount<G extends Partial<Generation>>(generation: G): G {
  const { failure, failureCode = '' } = generation;
  return failure === undefined ? generation : { ...generation, failure: withoutWords(failure, failureCode) };
}

/**
 * Takes the words out of a message, `title: words. What was charged. The cure.`, and leaves the rest. A later end may
 * quote an earlier failure of the account in its own message.
 */
function withoutWords(message: string, code: string): string {
  const known = TITLES.find((title) => message.includes(`${title}: `));
  if (known !== undefined) {
    const start = message.indexOf(`${known}: `);
    const rest = message.slice(start + known.length + 2);
    const charge = lastIndexOf(rest, CHARGE);
    const end = `${message.slice(0, start)}${known}.`;
    return charge < 0 ? end : withoutWords(`${end} ${rest.slice(charge)}`, '');
  }
  if (!(OF_THE_ACCOUNT as readonly string[]).includes(code)) return message;
  // Words without our title are Runway's own.
  const title = findEntry(code)?.title ?? '';
  return message.startsWith(`${title}.`) ? message : `${title}.`;
}

/** The words may quote anything; the charge that counts stands last. */
function lastIndexOf(text: string, pattern: RegExp): number {
  return [...text.matchAll(new RegExp(pattern, 'g'))].at(-1)?.index ?? -1;
}
