/** Calls back once, when the element comes as near to the screen as `margin` says. @returns what ends the watch. */
export function whenNear(element: Element, margin: string, seen: () => void): () => void {
  const observer = new IntersectionObserver(
    (entries) => {
      // A busy page is told several at once: that it was away, and that it came.
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      seen();
    },
    { rootMargin: margin },
  );
  observer.observe(element);
  return () => observer.disconnect();
}
