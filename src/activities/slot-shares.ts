/**
 * Shares the slots of a worker among clients, so that what one of them waits for holds up nobody else: the dynamic
 * threshold of shared buffers. A client may use no more slots than it leaves free: one alone gets half, and however many
 * are at their limit, each leaves as much for the next one as it has itself.
 */
export class SlotShares {
  private taken = 0;
  private readonly byClient = new Map<string, Map<string, number>>();

  /** @param slots as many as the worker runs at once. */
  constructor(private readonly slots: number) {}

  /**
   * @param part of what the client does, such as a receiver: it may use no more of the client's slots than it leaves to
   *   the client's other parts.
   * @returns what gives the slot back; undefined while the share is used up.
   */
  take(client: string, part?: string): (() => void) | undefined {
    const own = this.inUse(client);
    const leftToClient = this.slots - this.taken - own;
    const parts = this.byClient.get(client) ?? new Map<string, number>();
    if (leftToClient <= (part === undefined ? 0 : (parts.get(part) ?? 0))) return undefined;

    const name = part ?? '';
    this.byClient.set(client, parts.set(name, (parts.get(name) ?? 0) + 1));
    this.taken += 1;
    return () => {
      const left = (parts.get(name) ?? 1) - 1;
      if (left > 0) parts.set(name, left);
      else parts.delete(name);
      if (parts.size === 0) this.byClient.delete(client);
      this.taken -= 1;
    };
  }

  /** Slots that the client uses now. */
  inUse(client: string): number {
    return [...(this.byClient.get(client)?.values() ?? [])].reduce((sum, count) => sum + count, 0);
  }
}
