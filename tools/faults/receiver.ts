/** Receives webhooks, as somebody else's server would, and keeps what came. */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Delivery {
  readonly at: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** What was answered; absent while nothing was. */
  status?: number;
}

/** Is waited for before the answer, and may choose it. */
export type ReceiverTap = (delivery: Delivery) => Promise<ReceiverAnswer | void> | ReceiverAnswer | void;
/** `hang`: no answer ever comes. */
export type ReceiverAnswer = number | 'reset' | 'hang';

export class Receiver {
  readonly deliveries: Delivery[] = [];
  /** Before the answer. */
  tap: ReceiverTap = () => undefined;
  /** After the answer has left. */
  after: (delivery: Delivery) => Promise<void> | void = () => undefined;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Receiver> {
    const server = createServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        const { url: path = '', headers } = req;
        const body = Buffer.concat(chunks).toString();
        receiver
          .answer({ at: new Date().toISOString(), path, headers, body }, res)
          .catch(() => res.destroy());
      });
    });
    const receiver = new Receiver(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What came for one reel, in order. */
  of(reelId: string): Delivery[] {
    return this.deliveries.filter(({ body }) => body.includes(reelId));
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async answer(delivery: Delivery, res: ServerResponse): Promise<void> {
    this.deliveries.push(delivery);
    const choice = await this.tap(delivery);
    if (choice === 'reset') return void res.socket?.resetAndDestroy();
    if (choice === 'hang') return;
    delivery.status = choice ?? 204;
    // Whoever follows a redirect comes here once more, and is seen.
    res.writeHead(delivery.status, { location: '/elsewhere' }).end();
    await new Promise((resolve) => res.once('close', resolve));
    await this.after(delivery);
  }
}
