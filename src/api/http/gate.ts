/** Lets at most `limit` calls run at once; the others wait in line. */
export type Gate = <T>(call: () => Promise<T>) => Promise<T>;

interface Line {
  /** Calls that may wait. */
  readonly length: number;
  readonly patienceMs: number;
  /** What a call is refused with when the line is full, or its patience is at an end. */
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
      // The place is handed on, so that nobody who comes later passes those who wait.
      const [next] = line;
      if (next) next();
      else running--;
    }
  };
}
