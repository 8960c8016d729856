import { describedBy, Field } from '../ui/field';
import { promptLimit } from './draft';
import type { PartProps } from './part-props';

/** Outside of the first plane, a character counts twice: mostly emojis. */
const COUNTS_TWICE = /[\u{10000}-\u{10ffff}]/u;

export function PromptField({ model, draft: { promptText, audio }, change, errors }: PartProps) {
  const limit = promptLimit(model, audio);
  const left = limit - promptText.length;
  const hints = [
    COUNTS_TWICE.test(promptText) && 'An emoji counts as two or more.',
    audio === 'music' && 'Music needs some of the room for words of its own.',
  ].filter(Boolean);
  return (
    <Field
      id="promptText"
      label="What should it show?"
      error={errors['promptText']}
      hint={hints.length > 0 ? hints.join(' ') : undefined}
      aside={
        <output for="promptText" class={left < 0 ? 'count count-over' : 'count'}>
          {promptText.length.toLocaleString()} / {limit.toLocaleString()}
        </output>
      }
    >
      <textarea
        id="promptText"
        rows={5}
        value={promptText}
        placeholder="Paper lanterns rise over a snowy village street at dusk"
        aria-invalid={errors['promptText'] !== undefined}
        aria-describedby={describedBy('promptText')}
        onInput={(event) => change({ promptText: event.currentTarget.value })}
      />
    </Field>
  );
}
