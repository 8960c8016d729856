import type { WebhookEvent } from '../../domain/webhook';

/** A queue as JSON, for the run that goes on with it. */
export interface QueuedWebhooks {
  readonly events: readonly WebhookEvent[];
  /** IDs of events for which a redelivery was asked. */
  readonly again: readonly string[];
}

/** The events of one reel that are still to be delivered, oldest first. */
export class WebhookQueue {
  private events: readonly WebhookEvent[];
  /** IDs of events for which a redelivery was asked: their schedule begins anew. */
  private readonly again: Set<string>;

  constructor({ events, again }: QueuedWebhooks = { events: [], again: [] }) {
    this.events = events;
    this.again = new Set(again);
  }

  get next(): WebhookEvent | undefined {
    return this.events[0];
  }

  /** Adds an event, once. It overtakes a `needs_decision` that still waits. */
  add(event: WebhookEvent): void {
    if (this.has(event)) return;
    const others = this.events.filter(({ body }) => body.type !== 'reel.needs_decision');
    this.events = [...others, event];
  }

  /** Adds an event that is to be sent now. */
  addAgain(event: WebhookEvent): void {
    this.add(event);
    this.again.add(event.id);
  }

  /** False for an event that was overtaken. */
  has({ id }: WebhookEvent): boolean {
    return this.events.some((event) => event.id === id);
  }

  isAskedAgain({ id }: WebhookEvent): boolean {
    return this.again.has(id);
  }

  /** A try begins: a redelivery that is asked for from now on is another one. */
  begin({ id }: WebhookEvent): void {
    this.again.delete(id);
  }

  remove({ id }: WebhookEvent): void {
    this.events = this.events.filter((event) => event.id !== id);
    this.again.delete(id);
  }

  clear(): void {
    this.events = [];
    this.again.clear();
  }

  carried(): QueuedWebhooks {
    return { events: this.events, again: [...this.again] };
  }
}
