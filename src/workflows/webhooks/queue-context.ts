import { metricMeter, setCurrentDetails, upsertMemo } from '@temporalio/workflow';
import { count } from '../../domain/measure';
import { type Delivery, MEMO_STOPPED, type WebhookEvent, type WebhookTry } from '../../domain/webhook';

/** A context as JSON, for the run that goes on with it. */
export interface ShownWebhooks {
  readonly rows: readonly string[];
  /** Tries that are not among the rows any more. */
  readonly hidden: number;
}

/** Tries that are shown; those before them are in the history. */
const ROWS = 50;

/** Shows the state of the deliveries: Markdown for Temporal's UI, a memo for a receiver that wants no more. */
export class QueueContext {
  private readonly rows: string[];
  private hidden: number;
  private stopped = false;

  constructor({ rows, hidden }: ShownWebhooks = { rows: [], hidden: 0 }) {
    this.rows = [...rows];
    this.hidden = hidden;
  }

  tried({ body, id }: WebhookEvent, number: number, { outcome, words }: WebhookTry): void {
    count(metricMeter, 'webhookTries', 1, { outcome });
    this.rows.push(`| ${body.type} | ${number} | ${new Date().toISOString()} | ${words} | \`${id}\` |`);
    if (this.rows.length <= ROWS) return;
    this.rows.shift();
    this.hidden += 1;
  }

  waiting(ms: number): void {
    this.show(`Next try at ${new Date(Date.now() + ms).toISOString()}`);
  }

  ended({ type, outcome }: Delivery): void {
    count(metricMeter, 'webhooksEnded', 1, { outcome });
    this.show(`${type}: ${outcome.replace('_', ' ')}`);
    const stopped = outcome === 'gone' || (this.stopped && outcome !== 'delivered');
    if (stopped === this.stopped) return;
    this.stopped = stopped;
    upsertMemo({ [MEMO_STOPPED]: stopped ? new Date().toISOString() : null });
  }

  carried(): ShownWebhooks {
    return { rows: this.rows, hidden: this.hidden };
  }

  private show(headline: string): void {
    const head = ['| event | try | at | outcome | webhook-id |', '| --- | --- | --- | --- | --- |'];
    const before = this.hidden > 0 ? [`The last ${ROWS} of ${this.hidden + ROWS} tries:`, ''] : [];
    setCurrentDetails([`**${headline}**`, '', ...before, ...head, ...this.rows].join('\n'));
  }
}
