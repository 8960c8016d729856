import { useNow } from '../state/use-now';
import { type Next, nextWords } from '../words/reel-words';

export function Countdown({ next }: { readonly next: Next }) {
  const now = useNow(true);
  return <p class="countdown">{nextWords(next, now)}</p>;
}
