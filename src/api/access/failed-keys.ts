import { Problem } from '../http/problem';

/** Wrong keys of one address in a minute, after which further ones are refused without a comparison. */
const LIMIT = 20;
const WINDOW_MS = 60_000;
/** The most addresses, and the most known keys, that are remembered; the oldest are dropped first. */
const CAPACITY = 10_000;

/**
 * Slows down guessing. A key that was right from the same address before is never delayed: behind a proxy many clients
 * share one address, and a program with an old key must not lock the others out.
 */
export class FailedKeys {
  private readonly failures = new Map<string, { count: number; until: number }>();
  private readonly known = new Set<string>();

  constructor(private readonly now: () => number = Date.now) {}

  /** Call before a key is compared. @throws Problem 429 */
  check(address: string, keyDigest: string): void {
    const { count = 0, until = 0 } = this.failures.get(address) ?? {};
    const left = until - this.now();
    if (count < LIMIT || left <= 0 || this.known.has(`${address} ${keyDigest}`)) return;
    throw new Problem(
      'too_many_failed_keys',
      `This address sent ${LIMIT} wrong keys within a minute. Check the key, and try again later.`,
      { headers: { 'Retry-After': String(Math.ceil(left / 1_000)) } },
    );
  }

  failed(address: string): void {
    const last = this.failures.get(address);
    if (last && last.until > this.now()) last.count++;
    else {
      this.failures.delete(address);
      this.failures.set(address, { count: 1, until: this.now() + WINDOW_MS });
      forgetOldest(this.failures);
    }
  }

  succeeded(address: string, keyDigest: string): void {
    this.known.add(`${address} ${keyDigest}`);
    forgetOldest(this.known);
  }
}

function forgetOldest(memory: Map<string, unknown> | Set<string>): void {
  const [oldest] = memory.size > CAPACITY ? memory.keys() : [];
  if (oldest !== undefined) memory.delete(oldest);
}
