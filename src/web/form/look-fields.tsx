/** How the video looks and sounds: shape, size, length, sound. */
import type { AudioMode } from '../../contract/request';
import { Choices } from '../ui/choices';
import { ChoiceField, describedBy, Field } from '../ui/field';
import { formatCredits } from '../../contract/money';
import { costOf } from './draft';
import { endpointFor } from './estimate';
import type { PartProps } from './part-props';
import { shapeOf, shapesOf } from './shapes';

/** As many lengths fit side by side; more of them get a slider. */
const FEW = 4;

const AUDIO_LABELS = {
  none: 'No Audio',
  music: 'Music Only',
  music_and_speech: 'Music and Speech',
} as const satisfies Record<AudioMode, string>;

export function LookFields(part: PartProps) {
  return (
    <>
      <ShapeFields {...part} />
      <LengthField {...part} />
      <AudioField {...part} />
    </>
  );
}

function ShapeFields({ model, draft, change, errors }: PartProps) {
  const endpoint = endpointFor(model, draft.image !== undefined);
  const shapes = endpoint ? shapesOf(endpoint) : [];
  const current = shapes.find(({ name }) => name === shapeOf(draft.ratio));
  const sizes = current?.sizes ?? [];
  return (
    <>
      <ChoiceField id="ratio" label="Shape" error={errors['ratio']}>
        <Choices
          name="shape"
          value={current?.name}
          onChange={(name) => {
            const ratio = shapes.find((shape) => shape.name === name)?.sizes[0]?.ratio;
            if (ratio !== undefined) change({ ratio });
          }}
          choices={shapes.map(({ name, label, aspect }) => ({
            value: name,
            label,
            note: name === 'auto' ? undefined : name,
            picture: <ShapePicture aspect={aspect} />,
          }))}
        />
      </ChoiceField>
      {sizes.length > 1 && (
        <Field id="size" label="Size">
          <select
            id="size"
            value={draft.ratio}
            onChange={(event) => change({ ratio: event.currentTarget.value })}
          >
            {sizes.map(({ ratio, label }) => (
              <option key={ratio} value={ratio}>
                {label} · {formatCredits(costOf({ ...draft, ratio }, model, undefined).estimate)}
              </option>
            ))}
          </select>
        </Field>
      )}
    </>
  );
}

const LONGER_SIDE = 26;

function ShapePicture({ aspect }: { readonly aspect: number | undefined }) {
  const ratio = aspect ?? 1;
  const width = ratio >= 1 ? LONGER_SIDE : LONGER_SIDE * ratio;
  const height = ratio >= 1 ? LONGER_SIDE / ratio : LONGER_SIDE;
  return (
    <svg class="shape" viewBox="0 0 30 30" aria-hidden="true" focusable="false">
      <rect
        x={(30 - width) / 2}
        y={(30 - height) / 2}
        width={width}
        height={height}
        rx="2.5"
        stroke-dasharray={aspect === undefined ? '3 3' : undefined}
      />
    </svg>
  );
}

function LengthField({ model, draft: { duration }, change, errors }: PartProps) {
  const { durations } = model;
  if (durations.length <= FEW) {
    return (
      <ChoiceField id="duration" label="Length" error={errors['duration']}>
        <Choices
          name="duration"
          value={String(duration)}
          onChange={(value) => change({ duration: Number(value) })}
          choices={durations.map((seconds) => ({ value: String(seconds), label: `${seconds} s` }))}
        />
      </ChoiceField>
    );
  }
  return (
    <Field
      id="duration"
      label="Length"
      error={errors['duration']}
      aside={<output for="duration">{duration} seconds</output>}
    >
      <input
        id="duration"
        type="range"
        min={durations[0]}
        max={durations.at(-1)}
        step={1}
        value={duration}
        aria-valuetext={`${duration} seconds`}
        aria-describedby={describedBy('duration')}
        onInput={(event) => change({ duration: Number(event.currentTarget.value) })}
      />
    </Field>
  );
}

function AudioField({ model, draft: { audio }, change, errors }: PartProps) {
  const hint = {
    optional: audio === 'music' ? 'Runway has no switch for music: it is asked for in words.' : undefined,
    always: 'This model makes a sound track, whatever is chosen.',
    none: 'This model makes silent videos.',
  }[model.audio];
  return (
    <ChoiceField id="audio" label="Sound" hint={hint} error={errors['audio']}>
      <Choices
        name="audio"
        value={audio}
        onChange={(value) => change({ audio: value as AudioMode })}
        choices={model.audioModes.map((mode) => ({ value: mode, label: AUDIO_LABELS[mode] }))}
      />
    </ChoiceField>
  );
}
