import { overloaded } from '../access/limits';

/** Bytes of all bodies in memory at once, after inflating. */
const ALL_BYTES = 64_000_000;
/** Reserved for small bodies: signing in must not wait for uploads. */
const FOR_SMALL_BYTES = 4_000_000;
/** Of one caller: all bytes, and the bodies that are under way at once. */
const OF_ONE_BYTES = 32_000_000;
const AT_ONCE = { client: 128, address: 16 } as const;

/** The owner of a body: the client, or the address before a client is known. */
export interface BodyOwner {
  readonly kind: 'client' | 'address';
  readonly name: string;
}

/** One body's part of the budget. */
export interface BodyLease {
  /** @param callback the body has to make room for a later one. */
  onEvicted(callback: () => void): void;
  /** Adds bytes that were received. @throws Problem 503 */
  grow(bytes: number): void;
  /** The whole body was received. */
  arrived(bytes: number): void;
  /** The body is not in memory any more. */
  release(): void;
}

interface Held {
  bytes: number;
  /** Evicts each body under way; the oldest is first. */
  readonly underWay: Set<() => void>;
}

/** Bounds the bodies of a process by what they hold in memory, all together and for each caller. */
export class BodyBudget {
  private bytes = 0;
  private readonly callers = new Map<string, Held>();

  /**
   * @param small the body may have a few kB at most.
   * @throws Problem 503 when its client has as many bodies under way as one may have. Of an address, which many may
   *   share, the body that has been under way longest makes room: a small one that is meant arrives at once.
   */
  open({ kind, name }: BodyOwner, { small }: { readonly small: boolean }): BodyLease {
    const owner = `${kind} ${name}`;
    const held = this.callers.get(owner) ?? { bytes: 0, underWay: new Set() };
    if (held.underWay.size >= AT_ONCE[kind]) {
      const [oldest] = held.underWay;
      if (kind === 'client' || !oldest) throw overloaded();
      oldest();
    }
    this.callers.set(owner, held);

    let own = 0;
    let evicted = () => {};
    const evict = () => {
      held.underWay.delete(evict);
      evicted();
    };
    held.underWay.add(evict);
    const change = (bytes: number) => {
      own += bytes;
      held.bytes += bytes;
      this.bytes += bytes;
    };
    const settle = (bytes: number) => {
      held.underWay.delete(evict);
      change(bytes - own);
      const isLast = held.bytes === 0 && held.underWay.size === 0;
      if (isLast && this.callers.get(owner) === held) this.callers.delete(owner);
    };
    const room = small ? ALL_BYTES : ALL_BYTES - FOR_SMALL_BYTES;
    return {
      onEvicted: (callback) => {
        evicted = callback;
      },
      grow: (bytes) => {
        if (this.bytes + bytes > room || held.bytes + bytes > OF_ONE_BYTES) throw overloaded();
        change(bytes);
      },
      arrived: settle,
      release: () => settle(0),
    };
  }
}
