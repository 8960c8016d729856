/** Callers at the same time share one call: what it asks is not asked more often because many want to know. */
export function shared<T>(call: () => Promise<T>): () => Promise<T> {
  let current: Promise<T> | undefined;
  return () => (current ??= call().finally(() => (current = undefined)));
}
