import type { Reel } from '../../src/contract/schemas/reel';
import { strictJson } from './strict-json';

export interface ReelEvent {
  readonly id: string;
  readonly reel: Reel;
}

/** Reads server-sent events as an EventSource does. */
export class EventReader {
  readonly events: ReelEvent[] = [];
  /** Lines that are no events: what keeps the connection alive. */
  comments = 0;
  retryMs: number | undefined;
  /** Resolves when the server has ended the stream, or the connection is gone. */
  readonly ended: Promise<void>;

  private constructor(
    readonly answer: Response,
    private readonly abort: AbortController,
  ) {
    this.ended = this.read().catch(() => undefined);
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<EventReader> {
    const abort = new AbortController();
    return new EventReader(await fetch(url, { headers, signal: abort.signal }), abort);
  }

  get last(): ReelEvent | undefined {
    return this.events.at(-1);
  }

  async close(): Promise<void> {
    this.abort.abort();
    await this.ended;
  }

  private async read(): Promise<void> {
    let unread = '';
    const decoder = new TextDecoder('utf-8', { fatal: true });
    for await (const bytes of this.answer.body ?? []) {
      const blocks = (unread + decoder.decode(bytes as Uint8Array, { stream: true })).split('\n\n');
      unread = blocks.pop() ?? '';
      for (const block of blocks) this.take(block);
    }
  }

  private take(block: string): void {
    const fields = new Map(
      block.split('\n').map((line): [string, string] => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon), line.slice(colon + 1).trim()];
      }),
    );
    if (fields.has('')) this.comments++;
    if (fields.has('retry')) this.retryMs = Number(fields.get('retry'));
    if (fields.get('event') !== 'reel') return;
    this.events.push({
      id: fields.get('id') ?? '',
      reel: strictJson(fields.get('data') ?? '') as Reel,
    });
  }
}
