import type { Reel } from '../../domain/reel';
import { badgeOf } from '../words/reel-words';

export function Badge({ reel }: { readonly reel: Reel }) {
  const { text, tone } = badgeOf(reel);
  return <span class={`badge tone-${tone}`}>{text}</span>;
}
