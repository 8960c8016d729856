import type { ComponentChildren } from 'preact';
import { Icon } from './icon';

interface ButtonProps {
  readonly children: ComponentChildren;
  readonly kind?: 'primary' | 'plain' | 'danger' | 'quiet';
  readonly icon?: Parameters<typeof Icon>[0]['name'];
  readonly type?: 'button' | 'submit';
  /** Its work is under way: another press does nothing. */
  readonly busy?: boolean;
  readonly onClick?: () => void;
}

export function Button({
  children,
  kind = 'plain',
  icon,
  type = 'button',
  busy = false,
  onClick,
}: ButtonProps) {
  return (
    <button
      class={`button button-${kind}`}
      type={type}
      aria-disabled={busy}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.();
      }}
    >
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}
