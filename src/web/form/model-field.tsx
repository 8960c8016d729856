import { describedBy, Field } from '../ui/field';
import { priceTag } from './draft';
import type { PartProps } from './part-props';

export function ModelField({ list, model, draft, change, errors }: PartProps) {
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
            {priceTag(draft, each, list.models)}
          </option>
        ))}
      </select>
    </Field>
  );
}

function traits({ image, audio }: PartProps['model']): string {
  return [
    { optional: 'with or without sound', always: 'always with sound', none: 'silent' }[audio],
    { optional: 'from words or a picture', required: 'from a picture only', none: 'from words only' }[image],
  ].join(' · ');
}
