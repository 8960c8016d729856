/** Lets at most `limit` calls run at once; the others wait in line. */
export type Gate = <T>(call: () => Promise<T>) => Promise<T>;

interface Line {
  /** Calls that may wait. */
  readonly length: number;
  readonly patienceMs: number;
  /** The refusal when the line is full, or the call has waited too long. */
  readonly refusal: () => Error;
}

/** @param bounds without them the line has no end. */
export function createGate(limit: number, bounds?: Line): Gate {
  let running = 0;
  const line = new Set<() => void>();

  function wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (bounds && line.size >= bounds.length) {
        reject(bounds.refusal());
        return;
      }
      const timer = bounds && setTimeout(giveUp, bounds.patienceMs);
      function giveUp() {
        line.delete(enter);
        reject(bounds?.refusal());
      }
      function enter() {
        clearTimeout(timer);
        line.delete(enter);
        resolve();
      }
      line.add(enter);
    });
  }

  return async (call) => {
    if (running >= limit) await wait();
    else running++;
    try {
      return await call();
    } finally {
      // The slot is handed on, so that no later call overtakes one that waits.
      const [next] = line;
      if (next) next();
      else running--;
    }
  };
}
