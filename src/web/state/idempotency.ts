/** A key for each order: the same while the same order is sent again, so that a repeat never makes a second reel. */
export class OrderKey {
  private last: { readonly body: string; readonly key: string } | undefined;

  keyFor(body: unknown): string {
    const text = JSON.stringify(body);
    if (this.last?.body !== text) this.last = { body: text, key: randomKey() };
    return this.last.key;
  }

  /** The order was taken: the next one is another, even if it reads the same. */
  used(): void {
    this.last = undefined;
  }
}

/** `crypto.randomUUID` exists only on https and on this machine. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `page-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
