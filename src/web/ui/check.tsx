import type { ComponentChildren } from 'preact';

interface CheckProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ComponentChildren;
  /** Why it cannot be ticked now. */
  readonly notNow?: string;
}

export function Check({ checked, onChange, children, notNow }: CheckProps) {
  const off = notNow !== undefined;
  return (
    <label class={off ? 'check check-off' : 'check'}>
      <input
        type="checkbox"
        checked={checked && !off}
        disabled={off}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>
        {children}
        {off && <small> {notNow}</small>}
      </span>
    </label>
  );
}
