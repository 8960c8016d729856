/** Limits how many of something each owner has at once. */
export class Shares {
  private readonly taken = new Map<string, number>();

  /** @param most of one. */
  constructor(private readonly most: number) {}

  /** @returns what gives it back, once; undefined when `owner` has as many as one may have. */
  take(owner: string): (() => void) | undefined {
    const count = this.taken.get(owner) ?? 0;
    if (count >= this.most) return undefined;
    this.taken.set(owner, count + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const left = (this.taken.get(owner) ?? 1) - 1;
      if (left > 0) this.taken.set(owner, left);
      else this.taken.delete(owner);
    };
  }
}
