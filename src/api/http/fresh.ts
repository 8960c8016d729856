/** Shares one answer among all who ask within `ms`, counted from when it was asked for. */
export function fresh<T>(ms: number, look: () => Promise<T>, now: () => number = Date.now): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    if (!last || now() - last.at >= ms) last = { at: now(), answer: look() };
    return last.answer;
  };
}
