import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { isReachedByLink } from '../state/router';

/** The heading of a view. It takes the focus when the reader comes from another view, so that a screen reader says where one is. */
export function PageHeading({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (isReachedByLink()) heading.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    document.title = `${title} · durable-reels`;
  }, [title]);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children ?? title}
    </h1>
  );
}
