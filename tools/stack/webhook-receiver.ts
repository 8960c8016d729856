/** Receives webhooks, as somebody else's server would, and keeps what came. */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { close, listen } from './loopback';

export interface Delivery {
  readonly at: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** What was answered; absent while nothing was. */
  status?: number;
}

/** Is waited for before the answer, and may choose it. */
export type ReceiverTap = (
  delivery: Delivery,
  bytes: Buffer,
) => Promise<ReceiverAnswer | void> | ReceiverAnswer | void;
/** An HTTP status, alone or with headers. `hang`: no answer ever comes. */
export type ReceiverAnswer =
  | number
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>> }
  | 'reset'
  | 'hang';

export class WebhookReceiver {
  readonly deliveries: Delivery[] = [];
  /** Before the answer. */
  tap: ReceiverTap = () => undefined;
  /** After the answer has left. */
  after: (delivery: Delivery) => Promise<void> | void = () => undefined;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<WebhookReceiver> {
    const server = createServer((req, res) => {
      const { url: path = '', headers } = req;
      buffer(req)
        .then((bytes) => {
          const delivery = { at: new Date().toISOString(), path, headers, body: bytes.toString() };
          return receiver.answer(delivery, bytes, res);
        })
        .catch(() => res.destroy());
    });
    const receiver = new WebhookReceiver(server, await listen(server));
    return receiver;
  }

  /** What came for one reel, in order. */
  of(reelId: string): Delivery[] {
    return this.deliveries.filter(({ body }) => body.includes(reelId));
  }

  close(): Promise<void> {
    return close(this.server);
  }

  private async answer(delivery: Delivery, bytes: Buffer, res: ServerResponse): Promise<void> {
    this.deliveries.push(delivery);
    const choice = await this.tap(delivery, bytes);
    if (choice === 'reset') return void res.socket?.resetAndDestroy();
    if (choice === 'hang') return;
    const { status = 204, headers } = typeof choice === 'object' ? choice : { status: choice ?? 204 };
    delivery.status = status;
    // Whoever follows a redirect comes here once more, and is seen.
    res.writeHead(status, { location: '/elsewhere', ...headers }).end();
    await new Promise((resolve) => res.once('close', resolve));
    await this.after(delivery);
  }
}
