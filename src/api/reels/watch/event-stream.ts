import type { Response } from 'express';
import { onGone } from '../../http/on-gone';

/** Proxies end a connection on which nothing happens, usually after a minute. */
const HEARTBEAT_MS = 15_000;
/** How long a client may leave what was sent to it unread. */
const UNREAD_MS = 60_000;
/** What an EventSource waits before it connects again. */
const RETRY_MS = 2_000;

/** One answer of server-sent events (WHATWG HTML, 9.2) of which only the latest state counts. */
export class EventStream {
  private readonly heartbeat: NodeJS.Timeout;
  private latest: string | undefined;
  private blockedSince: number | undefined;

  /** @param onClose called once, whoever ends the stream. */
  constructor(
    private readonly res: Response,
    onClose: () => void,
  ) {
    EventStream.writeHead(res);
    this.write(`retry: ${RETRY_MS}\n\n`);
    this.heartbeat = setInterval(() => this.beat(), HEARTBEAT_MS);
    res.on('drain', () => this.drained());
    onGone(res, () => {
      clearInterval(this.heartbeat);
      onClose();
    });
  }

  static writeHead(res: Response): void {
    res.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      // `no-transform` also keeps proxies from compressing, and so from holding back, what is sent.
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
    });
  }

  /**
   * For an EventSource that may come again later. After any other answer than a stream it never would: many that
   * come back at once after a restart would be lost to the limit on requests.
   */
  static putOff(res: Response): void {
    EventStream.writeHead(res);
    res.end(`retry: ${RETRY_MS}\n\n`);
  }

  /** @param data without line breaks. */
  send(event: string, id: string, data: string): void {
    const text = `event: ${event}\nid: ${id}\ndata: ${data}\n\n`;
    // What a slow client has not read yet does not pile up: it gets the latest state when it has caught up.
    if (this.blockedSince === undefined) this.write(text);
    else this.latest = text;
  }

  /** What is left to send is sent first. */
  end(): void {
    if (this.res.writableEnded) return;
    if (this.latest !== undefined) this.res.write(this.latest);
    this.res.end();
  }

  private write(text: string): void {
    if (this.res.writableEnded) return;
    if (!this.res.write(text)) this.blockedSince ??= Date.now();
  }

  private drained(): void {
    this.blockedSince = undefined;
    const { latest } = this;
    this.latest = undefined;
    if (latest !== undefined) this.write(latest);
  }

  private beat(): void {
    if (this.blockedSince === undefined) this.write(':\n\n');
    else if (Date.now() - this.blockedSince > UNREAD_MS) this.res.destroy();
  }
}
