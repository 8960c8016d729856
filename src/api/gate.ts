/** Lets at most `limit` calls run at once; the others wait in line. */
export type Gate = <T>(call: () => Promise<T>) => Promise<T>;

export function createGate(limit: number): Gate {
  let running = 0;
  const line: (() => void)[] = [];
  return async (call) => {
    if (running >= limit) await new Promise<void>((enter) => line.push(enter));
    else running++;
    try {
      return await call();
    } finally {
      // The place is handed on, so that nobody who comes later passes those who wait.
      const next = line.shift();
      if (next) next();
      else running--;
    }
  };
}
