import type { ComponentChildren } from 'preact';
import type { Tone } from '../words/reel-words';

/** A few words apart from the rest; what went wrong is read out at once. */
export function Notice({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) {
  return (
    <div class={`notice tone-${tone}`} role={tone === 'bad' ? 'alert' : undefined}>
      {children}
    </div>
  );
}
