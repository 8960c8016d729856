/** Lets few works run at once. Who waits is asked, each time that one ends, how far away it is: the nearest is next. */
export class Turns<Key> {
  private readonly waiting = new Map<Key, Waiting>();
  private busy = 0;

  constructor(private readonly atOnce: number) {}

  /** @param distance asked while it waits; of equally near ones the first that came is next. */
  async take<T>(key: Key, distance: () => number, work: () => Promise<T>): Promise<T> {
    if (this.busy >= this.atOnce) {
      await new Promise<void>((begin) => this.waiting.set(key, { distance, begin }));
    }
    this.busy += 1;
    try {
      return await work();
    } finally {
      this.busy -= 1;
      this.callNearest();
    }
  }

  /** The one with this key, if it still waits, has moved. */
  move(key: Key, distance: () => number): void {
    const waits = this.waiting.get(key);
    if (waits) this.waiting.set(key, { ...waits, distance });
  }

  private callNearest(): void {
    const [first, ...others] = [...this.waiting].map(([key, { distance, begin }]) => ({
      key,
      begin,
      away: distance(),
    }));
    if (!first) return;
    const { key, begin } = others.reduce((best, each) => (each.away < best.away ? each : best), first);
    this.waiting.delete(key);
    begin();
  }
}

interface Waiting {
  readonly distance: () => number;
  readonly begin: () => void;
}
