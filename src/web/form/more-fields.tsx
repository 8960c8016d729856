import { describedBy, Field } from '../ui/field';
import type { PartProps } from './part-props';

/** What few people need, where the model takes it. */
export function MoreFields({ model, draft, change, errors }: PartProps) {
  const { negativePromptMaxLength, negativePromptMaxLengthWithMusic, seed } = model;
  const limit = draft.audio === 'music' ? negativePromptMaxLengthWithMusic : negativePromptMaxLength;
  if (limit === undefined && !seed) return null;
  const wrong = errors['negativePrompt'] !== undefined || errors['seed'] !== undefined;
  return (
    <details class="more" open={wrong || undefined}>
      <summary>More settings</summary>
      {limit !== undefined && (
        <Field
          id="negativePrompt"
          label="What it should not show"
          optional
          error={errors['negativePrompt']}
          aside={
            <output
              for="negativePrompt"
              class={draft.negativePrompt.length > limit ? 'count count-over' : 'count'}
            >
              {draft.negativePrompt.length.toLocaleString()} / {limit.toLocaleString()}
            </output>
          }
        >
          <textarea
            id="negativePrompt"
            rows={2}
            value={draft.negativePrompt}
            aria-invalid={errors['negativePrompt'] !== undefined}
            aria-describedby={describedBy('negativePrompt')}
            onInput={(event) => change({ negativePrompt: event.currentTarget.value })}
          />
        </Field>
      )}
      {seed && (
        <Field
          id="seed"
          label="Seed"
          optional
          error={errors['seed']}
          hint="The same number with the same settings gives a similar video."
        >
          <input
            id="seed"
            type="number"
            inputMode="numeric"
            min={0}
            step={1}
            value={draft.seed}
            aria-invalid={errors['seed'] !== undefined}
            aria-describedby={describedBy('seed')}
            onInput={(event) => change({ seed: event.currentTarget.value })}
          />
        </Field>
      )}
    </details>
  );
}
