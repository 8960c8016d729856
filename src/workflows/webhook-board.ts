import { metricMeter, setCurrentDetails, upsertMemo } from '@temporalio/workflow';
import { count } from '../domain/measure';
import { type Delivery, MEMO_STOPPED, type WebhookTry } from '../domain/webhook-delivery';
import type { WebhookEvent } from '../domain/webhook';

/** Where a delivery shows how it stands: Markdown for Temporal's UI, a memo for a receiver that wants no more. */
export class WebhookBoard {
  private readonly rows: string[] = [];
  private stopped = false;

  tried({ body, id }: WebhookEvent, number: number, { outcome, words }: WebhookTry): void {
    count(metricMeter, 'webhookTries', 1, { outcome });
    this.rows.push(`| ${body.type} | ${number} | ${new Date().toISOString()} | ${words} | \`${id}\` |`);
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

  private show(headline: string): void {
    const head = ['| event | try | at | outcome | webhook-id |', '| --- | --- | --- | --- | --- |'];
    setCurrentDetails([`**${headline}**`, '', ...head, ...this.rows].join('\n'));
  }
}
