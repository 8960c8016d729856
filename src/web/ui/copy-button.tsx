import { useEffect, useState } from 'preact/hooks';
import { Icon } from './icon';

const SHOWN_MS = 2_000;

interface CopyButtonProps {
  /** Or where to get it from. */
  readonly text: string | (() => Promise<string>);
  readonly label: string;
  readonly icon?: Parameters<typeof Icon>[0]['name'];
  /** The label is for screen readers only. */
  readonly bare?: boolean;
  readonly kind?: 'plain' | 'quiet';
}

export function CopyButton({ text, label, icon = 'copy', bare = false, kind = 'quiet' }: CopyButtonProps) {
  const [copied, setCopied] = useState<boolean>();
  useEffect(() => {
    if (copied === undefined) return;
    const timer = setTimeout(() => setCopied(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    const content = await Promise.resolve(typeof text === 'string' ? text : text()).catch(() => undefined);
    setCopied(content !== undefined && (await copyText(content)));
  };
  return (
    <button class={`button button-${kind}`} type="button" onClick={() => void copy()}>
      <Icon name={copied ? 'check' : icon} />
      <span class={bare ? 'visually-hidden' : undefined} aria-live="polite">
        {copied === undefined ? label : copied ? 'Copied' : 'Not copied'}
      </span>
    </button>
  );
}

/** Puts text into the clipboard. @returns whether it is there. */
async function copyText(text: string): Promise<boolean> {
  // Browsers offer the clipboard only on https and on this machine; elsewhere the old way still works.
  if (isSecureContext) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  }
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  return copied;
}
