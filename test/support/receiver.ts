/** A receiver of webhooks, as a caller would write one: it checks signatures with the standard's own library. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { WebhookBody } from '../../src/contract/schemas/webhook';
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
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      try {
        new Webhook(secret).verify(text, req.headers as Record<string, string>);
        const body = strictJson(Buffer.concat(chunks)) as WebhookBody;
        received.push({
          id: String(req.headers['webhook-id']),
          path: req.url ?? '',
          headers: req.headers,
          body,
        });
      } catch (error) {
        faults.push(error);
      }
      const [reply = {}, ...rest] = replies;
      if (rest.length > 0) replies = rest;
      if (!reply.hangs) res.writeHead(reply.status ?? 204, reply.headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks?for=us`,
    received,
    answers: (...next) => void (replies = next),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (faults.length > 0)
        throw new Error(
          `POSTs without a right signature, or whose JSON strict readers refuse: ${faults.join('; ')}`,
        );
    },
  };
}
