/**
 * Shares slots of this process among clients: each may hold half of what the others leave. So one alone has half of
 * all, and however many came before it, the next one finds some.
 */
export class ClientShares {
  private readonly held = new Map<string, number>();
  private total = 0;

  constructor(private readonly slots: number) {}

  /** @returns what gives the slot back; undefined when the client has its share. */
  enter(client = ''): (() => void) | undefined {
    const own = this.held.get(client) ?? 0;
    const left = this.slots - (this.total - own);
    if (own + 1 > Math.max(1, Math.floor(left / 2))) return undefined;
    this.held.set(client, own + 1);
    this.total += 1;
    return () => {
      this.total -= 1;
      const rest = (this.held.get(client) ?? 1) - 1;
      if (rest > 0) this.held.set(client, rest);
      else this.held.delete(client);
    };
  }
}
