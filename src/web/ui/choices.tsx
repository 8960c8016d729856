import type { ComponentChildren } from 'preact';

interface Choice {
  readonly value: string;
  readonly label: string;
  readonly note?: string;
  readonly picture?: ComponentChildren;
}

interface ChoicesProps {
  readonly name: string;
  readonly value: string | undefined;
  readonly choices: readonly Choice[];
  readonly onChange: (value: string) => void;
}

/** One out of a few, side by side: radio buttons, so that the arrow keys work as everywhere. */
export function Choices({ name, value, choices, onChange }: ChoicesProps) {
  return (
    <div class="choices">
      {choices.map((choice) => (
        <label key={choice.value} class="choice">
          <input
            type="radio"
            name={name}
            value={choice.value}
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
          />
          {choice.picture}
          <span class="choice-label">
            {choice.label}
            {choice.note !== undefined && <small> {choice.note}</small>}
          </span>
        </label>
      ))}
    </div>
  );
}
