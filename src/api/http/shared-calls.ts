/** Callers at the same time share one call. */
export function shared<T>(call: () => Promise<T>): () => Promise<T> {
  let current: Promise<T> | undefined;
  return () => (current ??= call().finally(() => (current = undefined)));
}

/** Reuses an answer for `ms`, counted from the beginning of its call. */
export function fresh<T>(ms: number, call: () => Promise<T>, now: () => number = Date.now): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    if (!last || now() - last.at >= ms) last = { at: now(), answer: call() };
    return last.answer;
  };
}

/** Runs `prepare` until it has succeeded once; callers at the same time share one run. */
export function once(prepare: () => Promise<void>): () => Promise<void> {
  let current: Promise<void> | undefined;
  return () => {
    current ??= prepare().catch((error: unknown) => {
      // Temporal may come up later: the next caller tries again.
      current = undefined;
      throw error;
    });
    return current;
  };
}
