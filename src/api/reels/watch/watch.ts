/** Follows reels for whoever waits for a change: one watcher for each reel, however many listen. */
import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { Reel } from '../../../contract/schemas/reel';
import { createGate } from '../../http/gate';
import type { ToPublicReel } from '../view/public-reel';
import { Problem } from '../../http/problem';
import type { ReelFinder } from '../view/reel-finder';
import { TemporalUnreachable, withoutRequestDeadline } from '../../temporal/temporal-call';

/** Poll interval of a watched reel: a tenth of the time since it last changed, within these. */
const SHORTEST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 5_000;
/** Reels that are read at once, so that watching leaves room for everything else. */
const READS_AT_ONCE = 16;
/** Listeners of one client: each holds a connection, of which it may have a quarter at most. */
const LISTENERS_PER_CLIENT = 250;

/** A reel as it stood when it was read. */
export interface Snapshot {
  readonly reel: Reel;
  readonly client: string;
  /** The same for equal reels, also after a restart: links, which are renewed all the time, do not count. */
  readonly version: string;
}

interface Listener {
  /** Called after each read, whether anything changed or not. Undefined: the reel is gone. */
  onSnapshot(snapshot: Snapshot | undefined): void;
  /** The process is stopping. */
  end(): void;
}

export interface ReelWatch {
  /**
   * Reads the reel now and again until the returned function is called.
   *
   * @returns undefined when the client listens too often already.
   */
  listen(id: string, client: string, listener: Listener): (() => void) | undefined;
  snapshot(client: string, reel: Reel): Snapshot;
}

export function createReelWatch({
  finder,
  toPublicReel,
  logger,
  stopping,
  maxConnections,
}: {
  readonly finder: Pick<ReelFinder, 'find'>;
  readonly toPublicReel: ToPublicReel;
  readonly logger: Logger;
  readonly stopping?: AbortSignal;
  readonly maxConnections: number;
}): ReelWatch {
  const mostOfOne = Math.min(LISTENERS_PER_CLIENT, Math.ceil(maxConnections / 4));
  const watchers = new Map<string, Watcher>();
  const listening = new Map<string, number>();
  const gate = createGate(READS_AT_ONCE);

  async function read(id: string): Promise<Snapshot | undefined> {
    const view = await gate(() => finder.find(id));
    return view && snapshotOf(view.client, await toPublicReel(view));
  }

  function watcherOf(id: string): Watcher {
    const running = watchers.get(id);
    if (running) return running;
    const watcher = new Watcher(
      () => read(id),
      (err) => logger.warn({ err, reelId: id }, 'a watched reel cannot be read'),
    );
    watchers.set(id, watcher);
    // A watcher outlives the request that it began in.
    void withoutRequestDeadline(() => watcher.run(() => watchers.delete(id)));
    return watcher;
  }

  function count(client: string, change: 1 | -1): void {
    const left = (listening.get(client) ?? 0) + change;
    if (left > 0) listening.set(client, left);
    else listening.delete(client);
  }

  stopping?.addEventListener('abort', () => {
    for (const watcher of watchers.values()) watcher.endAll();
  });

  return {
    snapshot: snapshotOf,
    listen(id, client, listener) {
      if (stopping?.aborted) {
        queueMicrotask(() => listener.end());
        return () => {};
      }
      if ((listening.get(client) ?? 0) >= mostOfOne) return undefined;
      count(client, 1);
      const watcher = watcherOf(id);
      watcher.add(listener);
      return () => {
        if (watcher.remove(listener)) count(client, -1);
      };
    },
  };
}

function snapshotOf(client: string, reel: Reel): Snapshot {
  const { links: _links, video: { url: _url, ...video } = {}, ...rest } = reel;
  const hash = createHash('sha256').update(JSON.stringify({ ...rest, video }));
  return { reel, client, version: hash.digest('base64url').slice(0, 22) };
}

class Watcher {
  private readonly listeners = new Set<Listener>();
  private wake: () => void = () => {};

  constructor(
    private readonly read: () => Promise<Snapshot | undefined>,
    private readonly onFault: (error: unknown) => void,
  ) {}

  add(listener: Listener): void {
    this.listeners.add(listener);
    this.wake();
  }

  remove(listener: Listener): boolean {
    const was = this.listeners.delete(listener);
    if (this.listeners.size === 0) this.wake();
    return was;
  }

  endAll(): void {
    for (const listener of this.listeners) listener.end();
  }

  /** Reads until nobody listens any more. */
  async run(onEnd: () => void): Promise<void> {
    let version: string | undefined;
    let changedAt = Date.now();
    // The first listener comes in this tick.
    await Promise.resolve();
    while (this.listeners.size > 0) {
      const seen = await this.tryRead();
      if (seen !== 'unknown') {
        if (seen?.version !== version) changedAt = Date.now();
        version = seen?.version;
        for (const listener of [...this.listeners]) listener.onSnapshot(seen);
      }
      if (this.listeners.size > 0) await this.pause((Date.now() - changedAt) / 10);
    }
    onEnd();
  }

  private async tryRead(): Promise<Snapshot | undefined | 'unknown'> {
    try {
      return await this.read();
    } catch (error) {
      if (error instanceof TemporalUnreachable) return 'unknown';
      if (error instanceof Problem && (error.status === 404 || error.status === 410)) return undefined;
      this.onFault(error);
      return 'unknown';
    }
  }

  private async pause(wanted: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(Math.max(wanted, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS));
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = () => {};
  }
}
