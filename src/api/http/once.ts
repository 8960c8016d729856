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
