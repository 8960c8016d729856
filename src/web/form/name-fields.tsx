import { describedBy, Field } from '../ui/field';
import type { PartProps } from './part-props';

/** What the reel is called: shown everywhere, and the name of the file. */
export function NameFields({ draft: { title, date }, change, errors }: PartProps) {
  return (
    <div class="pair">
      <Field id="title" label="Title" optional error={errors['title']}>
        <input
          id="title"
          type="text"
          value={title}
          maxLength={200}
          placeholder="Lantern Night"
          aria-invalid={errors['title'] !== undefined}
          aria-describedby={describedBy('title')}
          onInput={(event) => change({ title: event.currentTarget.value })}
        />
      </Field>
      <Field id="date" label="Date" optional error={errors['date']}>
        <input
          id="date"
          type="date"
          value={date}
          aria-invalid={errors['date'] !== undefined}
          aria-describedby={describedBy('date')}
          onInput={(event) => change({ date: event.currentTarget.value })}
        />
      </Field>
    </div>
  );
}
