/** One observer for all elements with the same margin: a thousand of them, each asked at every frame, would be felt. */
const watches = new Map<string, Watch>();

interface Watch {
  readonly observer: IntersectionObserver;
  readonly listeners: Map<Element, (near: boolean) => void>;
}

/**
 * Calls back once, when the element has been as near to the screen as `margin` says for `stayMs`.
 *
 * @returns what ends the watch.
 */
export function whenNear(element: Element, margin: string, seen: () => void, stayMs = 0): () => void {
  const { observer, listeners } = watchOf(margin);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    clearTimeout(timer);
    listeners.delete(element);
    observer.unobserve(element);
  };
  const arrive = () => {
    end();
    seen();
  };
  listeners.set(element, (near) => {
    clearTimeout(timer);
    if (!near) return;
    if (stayMs === 0) arrive();
    else timer = setTimeout(arrive, stayMs);
  });
  observer.observe(element);
  return end;
}

function watchOf(margin: string): Watch {
  const known = watches.get(margin);
  if (known) return known;
  const listeners: Watch['listeners'] = new Map();
  const observer = new IntersectionObserver(
    // A busy page gets several entries at once, in order: away, then near.
    (entries) => entries.forEach(({ target, isIntersecting }) => listeners.get(target)?.(isIntersecting)),
    { rootMargin: margin },
  );
  const watch = { observer, listeners };
  watches.set(margin, watch);
  return watch;
}
