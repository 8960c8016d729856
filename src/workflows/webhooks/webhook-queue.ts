import type { WebhookEvent } from '../../domain/webhook';

/** A queue as JSON, for the run that goes on with it. */
export interface QueuedWebhooks {
  readonly events: readonly WebhookEvent[];
  /** IDs of events that a person asked for again. */
  readonly again: readonly string[];
}

/** The events of one reel that its receiver has still to be told, oldest first. */
export class WebhookQueue {
  private events: readonly WebhookEvent[];
  /** IDs of events that a person asked for again: their schedule begins anew. */
  private readonly again: Set<string>;

  constructor({ events, again }: QueuedWebhooks = { events: [], again: [] }) {
    this.events = events;
    this.again = new Set(again);
  }

  get next(): WebhookEvent | undefined {
    return this.events[0];
  }

  /** Takes in what happened. That a decision is needed is old news then, and an event that is here already is the same. */
  add(event: WebhookEvent): void {
    if (this.has(event)) return;
    const others = this.events.filter(({ body }) => body.type !== 'reel.needs_decision');
    this.events = [...others, event];
  }

  /** Takes in what a person wants to be sent now. */
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

  /** A try of it begins: whoever asks from now on asks for another one. */
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
