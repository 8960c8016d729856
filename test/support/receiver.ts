/** A receiver of webhooks, as a caller would write one: it checks signatures with the standard's own library. */
import type { IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';
import type { WebhookBody } from '../../src/contract/schemas/webhook';
import { WebhookReceiver } from '../../tools/stack/webhook-receiver';
import { strictJson } from './strict-json';

export interface Received {
  /** `webhook-id`. */
  readonly id: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: WebhookBody;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** Takes the POST and never answers. */
  readonly hangs?: boolean;
}

export interface Receiver {
  readonly url: string;
  /** Every POST with a right signature and JSON that any reader takes; any other one makes `close` fail. */
  readonly received: readonly Received[];
  /** How the next POSTs are answered, in this order; the last one stays. */
  answers(...replies: readonly Reply[]): void;
  close(): Promise<void>;
}

export async function startReceiver(secret: string): Promise<Receiver> {
  const received: Received[] = [];
  const faults: unknown[] = [];
  let replies: readonly Reply[] = [];
  const receiver = await WebhookReceiver.start();
  receiver.tap = ({ path, headers, body: text }, bytes) => {
    try {
      new Webhook(secret).verify(text, headers as Record<string, string>);
      const body = strictJson(bytes) as WebhookBody;
      received.push({ id: String(headers['webhook-id']), path, headers, body });
    } catch (error) {
      faults.push(error);
    }
    const [reply = {}, ...rest] = replies;
    if (rest.length > 0) replies = rest;
    return reply.hangs ? 'hang' : reply;
  };
  return {
    url: `${receiver.url}/hooks?for=us`,
    received,
    answers: (...next) => void (replies = next),
    async close() {
      await receiver.close();
      if (faults.length > 0)
        throw new Error(
          `POSTs without a right signature, or whose JSON strict readers refuse: ${faults.join('; ')}`,
        );
    },
  };
}
