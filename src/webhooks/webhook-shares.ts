/** Webhooks that one worker sends at once. Each costs a socket and a heartbeat every few seconds. */
export const WEBHOOK_SLOTS = 200;

/**
 * Shares the slots of a worker's webhooks, so that receivers that never answer hold up nobody else's. A client may use
 * no more slots than it leaves free, and a receiver no more of them than it leaves to the client's other receivers: one
 * alone gets half, and however many clients are at their limit, each leaves as much for the next one as it has itself.
 */
export class WebhookShares {
  private taken = 0;
  private readonly byClient = new Map<string, Map<string, number>>();

  constructor(private readonly slots: number) {}

  /**
   * @param receiver anything that tells receivers apart.
   * @returns what gives the slot back; undefined while the share is used up.
   */
  take(client: string, receiver: string): (() => void) | undefined {
    const receivers = this.byClient.get(client) ?? new Map<string, number>();
    const ofReceiver = receivers.get(receiver) ?? 0;
    const leftToClient = this.slots - this.taken - this.inUse(client);
    if (leftToClient <= ofReceiver) return undefined;

    this.byClient.set(client, receivers);
    receivers.set(receiver, ofReceiver + 1);
    this.taken += 1;
    return () => {
      const left = (receivers.get(receiver) ?? 1) - 1;
      if (left > 0) receivers.set(receiver, left);
      else receivers.delete(receiver);
      if (receivers.size === 0) this.byClient.delete(client);
      this.taken -= 1;
    };
  }

  /** Slots that the client uses now. */
  inUse(client: string): number {
    return [...(this.byClient.get(client)?.values() ?? [])].reduce((sum, count) => sum + count, 0);
  }
}
