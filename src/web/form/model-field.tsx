import { describedBy, Field } from '../ui/field';
import { formatDollars } from '../words/money';
import type { PartProps } from './make-form';

export function ModelField({ list, model, change, errors }: PartProps) {
  return (
    <Field id="model" label="Model" error={errors['model']} hint={traits(model)}>
      <select
        id="model"
        value={model.name}
        aria-describedby={describedBy('model')}
        onChange={(event) => change({ model: event.currentTarget.value })}
      >
        {list.models.map((each) => (
          <option key={each.name} value={each.name}>
            {each.name} · {formatDollars(each.prices.example.credits)} for {each.prices.example.duration} s
          </option>
        ))}
      </select>
    </Field>
  );
}

function traits({ image, audio, prices }: PartProps['model']): string {
  const { credits, duration } = prices.example;
  return [
    `${credits} credits for ${duration} s`,
    { optional: 'with or without sound', always: 'always with sound', none: 'silent' }[audio],
    { optional: 'from words or a picture', required: 'from a picture only', none: 'from words only' }[image],
  ].join(' · ');
}
