import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal } from '../../../src/contract/reel';
import type { Reel } from '../../../src/contract/schemas/reel';
import type { Delivery, ReceiverAnswer } from '../../stack/webhook-receiver';
import { SECRETS } from '../auditor/secrets';
import type { Stack } from '../stack';
import { signatureFault, type Telling, tellingOf } from '../auditor/webhook-audit';

/** Follows the prompt, and what share of the reels has it; `cancel` is done to the reel later. */
const KINDS = {
  plain: { share: 0.72, scenario: '' },
  'INTERNAL once': { share: 0.1, scenario: '#internal-once' },
  'bad polls': { share: 0.06, scenario: '#polls-bad' },
  '429 once': { share: 0.03, scenario: '#429-once' },
  'cut download': { share: 0.03, scenario: '#output-truncated-once' },
  cancelled: { share: 0.06, scenario: '' },
} as const;
export type Kind = keyof typeof KINDS;

/** What is kept of one reel: so little that an hour of them does not fill the harness. */
export interface Ordered {
  readonly marker: string;
  readonly kind: Kind;
  /** Milliseconds since 1970, as all times here. */
  readonly postedAt: number;
  answeredAt?: number;
  /** IDs of all answers with 200 or 202. */
  readonly ids: string[];
  readonly tellings: Telling[];
  /** When its end was seen first: told by a webhook, or by a look. */
  endedAt?: number;
  /** The reel as it was when a look saw its end. */
  ended?: Reel;
  lookedAt: number;
}

const ASK_TIMEOUT_MS = 15_000;
const ANSWER_WITHIN_MS = 300_000;
const POSTS_AT_ONCE = 6;
/** Of the orders that are sent once more when they have been answered. */
const SENT_AGAIN = 0.05;
/** Of the webhooks that are refused once. */
const REFUSED = 0.02;
/** A reel whose webhook does not come is looked at that often. */
const LOOK_EVERY_MS = 20_000;

interface LoadOptions {
  /** Base URLs of the APIs: each try goes to another one. */
  readonly apis: readonly [string, ...string[]];
  readonly inFlight: number;
  readonly taskSeconds: number;
  readonly random: () => number;
}

/** A client that keeps so many reels in flight, and hears of their ends by webhook. */
export class SoakLoad {
  readonly orders = new Map<string, Ordered>();
  /** What was seen while it ran and must not be. */
  readonly faults: { readonly invariant: string; readonly what: string }[] = [];
  /** Orders that were sent, and whose end was not heard of. */
  open = 0;
  /** Whether there were as many in flight as are wanted, once. */
  isFull = false;
  private posting = 0;
  private isLooking = false;
  private number = 0;
  private readonly refusedIds = new Set<string>();

  constructor(
    private readonly stack: Stack,
    private readonly options: LoadOptions,
  ) {
    stack.receiver.tap = (delivery) => this.take(delivery);
  }

  /** Places orders until that moment. It begins slowly, so that the reels do not end all at once for ever. */
  async run(until: number): Promise<void> {
    const { inFlight, taskSeconds } = this.options;
    const pauseMs = (1_000 * taskSeconds) / (1.5 * inFlight);
    while (Date.now() < until) {
      if (this.open < inFlight && this.posting < POSTS_AT_ONCE) {
        this.posting += 1;
        void this.place().finally(() => (this.posting -= 1));
      }
      void this.lookAtOldest();
      await sleep(pauseMs);
    }
  }

  /** Waits until every reel has ended and its end was taken, or that moment. */
  async drain(until: number): Promise<void> {
    while (Date.now() < until && (this.posting > 0 || this.unfinished().length > 0)) {
      void this.lookAtOldest();
      await sleep(100);
    }
  }

  /** Asks one API, then the other, until one gives an answer that counts. Reads it whole. */
  async ask(route: string, init: RequestInit = {}): Promise<{ status: number; text: string }> {
    const { apis, random } = this.options;
    const until = Date.now() + ANSWER_WITHIN_MS;
    for (let turn = Math.floor(random() * apis.length); Date.now() < until; turn += 1) {
      const base = apis[turn % apis.length] ?? apis[0];
      const headers = { authorization: `Bearer ${SECRETS.apiKey}`, ...init.headers };
      const signal = AbortSignal.timeout(ASK_TIMEOUT_MS);
      try {
        const answer = await fetch(base + route, { ...init, headers, signal });
        const text = await answer.text();
        if (answer.status < 500 && answer.status !== 429) return { status: answer.status, text };
      } catch {
        // It is being killed, or cannot reach Temporal.
      }
      await sleep(250);
    }
    return { status: 0, text: 'no answer in five minutes' };
  }

  private async place(): Promise<void> {
    const { random, taskSeconds } = this.options;
    this.open += 1;
    this.isFull ||= this.open === this.options.inFlight;
    const marker = `soak-${(this.number += 1)}-`;
    const kind = this.chooseKind();
    const order: Ordered = { marker, kind, postedAt: Date.now(), ids: [], tellings: [], lookedAt: 0 };
    this.orders.set(marker, order);
    await this.post(order);
    if (order.ids.length === 0) {
      this.open -= 1;
      return;
    }
    if (random() < SENT_AGAIN) await this.post(order);
    if (kind === 'cancelled') setTimeout(() => void this.cancel(order), random() * taskSeconds * 1_000);
  }

  private async post(order: Ordered): Promise<void> {
    const answer = await this.ask('/v1/reels', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `key-${order.marker}` },
      body: JSON.stringify({
        promptText: `A calm sea at dawn, ${order.marker} ${KINDS[order.kind].scenario}`,
        webhookUrl: `${this.stack.receiver.url}/${order.marker}`,
      }),
    });
    if (answer.status !== 200 && answer.status !== 202) {
      this.faults.push({ invariant: 'accepted', what: `${order.marker}: ${answer.status} ${answer.text}` });
      return;
    }
    order.answeredAt ??= Date.now();
    order.lookedAt = Date.now();
    order.ids.push((JSON.parse(answer.text) as Reel).id);
  }

  private async cancel({ ids: [id], marker }: Ordered): Promise<void> {
    const { status, text } = await this.ask(`/v1/reels/${id}/cancel`, { method: 'POST' });
    if (status !== 202) this.faults.push({ invariant: 'cancel', what: `${marker}: ${status} ${text}` });
  }

  private take(delivery: Delivery): ReceiverAnswer {
    // Nothing may pile up there.
    this.stack.receiver.deliveries.splice(this.stack.receiver.deliveries.indexOf(delivery), 1);
    const unsigned = signatureFault(delivery);
    if (unsigned !== undefined) this.faults.push({ invariant: 'webhooks', what: unsigned });
    const order = this.orders.get(delivery.path.slice(1));
    if (!order) {
      this.faults.push({ invariant: 'webhooks', what: `a webhook came to ${delivery.path}` });
      return 204;
    }
    const telling = tellingOf(delivery);
    const isRefused = !this.refusedIds.has(telling.id) && this.options.random() < REFUSED;
    if (isRefused) this.refusedIds.add(telling.id);
    const status = isRefused ? 503 : 204;
    order.tellings.push({ ...telling, status });
    if (telling.type !== 'reel.needs_decision') this.end(order);
    return status;
  }

  private end(order: Ordered): void {
    if (order.endedAt !== undefined) return;
    order.endedAt = Date.now();
    this.open -= 1;
  }

  /** Accepted, and not both ended and told. */
  private unfinished(): Ordered[] {
    return [...this.orders.values()].filter(
      ({ ids, endedAt, tellings }) =>
        ids.length > 0 &&
        (endedAt === undefined ||
          !tellings.some(({ type, status }) => status === 204 && type !== 'reel.needs_decision')),
    );
  }

  /** A webhook may come minutes late after a kill: the end is not known by it alone. */
  private async lookAtOldest(): Promise<void> {
    if (this.isLooking) return;
    const now = Date.now();
    const late = now - 1_500 * this.options.taskSeconds - LOOK_EVERY_MS;
    for (const order of this.orders.values()) {
      const { endedAt, answeredAt = Infinity, lookedAt, ids } = order;
      if (endedAt !== undefined || answeredAt > late || lookedAt > now - LOOK_EVERY_MS) continue;
      order.lookedAt = now;
      this.isLooking = true;
      const { status, text } = await this.ask(`/v1/reels/${ids[0]}`);
      this.isLooking = false;
      const reel = status === 200 ? (JSON.parse(text) as Reel) : undefined;
      if (reel && isTerminal(reel.status)) {
        order.ended = reel;
        this.end(order);
      }
      return;
    }
  }

  private chooseKind(): Kind {
    let rest = this.options.random();
    for (const [kind, { share }] of Object.entries(KINDS)) if ((rest -= share) < 0) return kind as Kind;
    return 'plain';
  }
}
