import type { Reel } from '../../contract/schemas/reel';
import { badgeOf } from '../words/reel-words';

export function Badge({ reel }: { readonly reel: Reel }) {
  const { text, tone } = badgeOf(reel);
  return <span class={`badge tone-${tone}`}>{text}</span>;
}
