import { Component, type ComponentChildren, type ComponentType, createElement } from 'preact';

/** Draws again only when a property changes: a list of hundreds is polled every few seconds. */
export function memo<P extends object>(draw: (props: P) => ComponentChildren): ComponentType<P> {
  const Drawn = draw as ComponentType<P>;
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      const names = Object.keys(next) as (keyof P)[];
      return names.some((name) => !same(next[name], this.props[name]));
    }

    override render() {
      return createElement(Drawn, this.props as P);
    }
  };
}

/** Reels come as JSON: the same reel is another object each time. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  const [one, other] = [a, b] as { id?: string; updatedAt?: string; progress?: number; phase?: string }[];
  return (
    one?.id !== undefined &&
    one.id === other?.id &&
    one.updatedAt === other.updatedAt &&
    one.progress === other.progress &&
    one.phase === other.phase
  );
}
