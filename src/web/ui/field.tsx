import type { ComponentChildren } from 'preact';

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly optional?: boolean;
  readonly hint?: ComponentChildren;
  readonly error?: string;
  /** At the right of the label. */
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A labelled control with its hint and its error; the control names both by `describedBy(id)`. */
export function Field({ id, label, optional = false, hint, error, aside, children }: FieldProps) {
  return (
    <div class={error === undefined ? 'field' : 'field field-wrong'}>
      <div class="field-head">
        <label for={id}>
          {label}
          {optional && <span class="optional"> optional</span>}
        </label>
        {aside}
      </div>
      {children}
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <FieldError id={id} error={error} />
    </div>
  );
}

/** The same for a set of choices. */
export function ChoiceField({ id, label, hint, error, aside, children }: Omit<FieldProps, 'optional'>) {
  return (
    <fieldset
      class={error === undefined ? 'field' : 'field field-wrong'}
      id={id}
      aria-describedby={describedBy(id)}
    >
      <legend class="field-head">
        <span>{label}</span>
        {aside}
      </legend>
      {children}
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <FieldError id={id} error={error} />
    </fieldset>
  );
}

function FieldError({ id, error }: { readonly id: string; readonly error: string | undefined }) {
  return error === undefined ? null : (
    <p class="field-error" id={`${id}-error`}>
      {error}
    </p>
  );
}

export function describedBy(id: string): string {
  return `${id}-hint ${id}-error`;
}
