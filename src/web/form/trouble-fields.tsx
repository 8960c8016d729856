/** What may be changed, and paid, when things go wrong. */
import { Check } from '../ui/check';
import { ChoiceField, describedBy, Field } from '../ui/field';
import { formatCredits, formatDollars } from '../../contract/money';
import { canBeShortened, canBeSilenced, priceTag } from './draft';
import type { PartProps } from './part-props';

interface TroubleProps extends PartProps {
  readonly estimate: number;
  readonly suggestedMax: number;
}

export function TroubleFields(props: TroubleProps) {
  const { draft, change, errors, estimate, suggestedMax } = props;
  const maximum = draft.maxCredits === '' ? suggestedMax : Number(draft.maxCredits);
  return (
    <section class="trouble" aria-labelledby="trouble-title">
      <h3 id="trouble-title">If something goes wrong</h3>
      <p class="hint">
        Runway’s passing errors are tried again by themselves, up to three times, with your settings.
      </p>
      <Allowed {...props} />
      <ChoiceField
        id="onLostAnswer"
        label="If we order the video but get no clear answer"
        hint="The first video may be made, and charged, all the same. Without this you are asked first."
      >
        <Check checked={draft.orderAgain} onChange={(orderAgain) => change({ orderAgain })}>
          Order again without asking me (at worst {formatDollars(estimate)} more)
        </Check>
      </ChoiceField>
      <Field
        id="maxCredits"
        label="Never spend more than"
        error={errors['maxCredits']}
        aside={<output for="maxCredits">{Number.isFinite(maximum) ? formatCredits(maximum) : ''}</output>}
      >
        <div class="with-unit">
          <input
            id="maxCredits"
            type="number"
            inputMode="numeric"
            min={1}
            step={1}
            value={draft.maxCredits}
            placeholder={String(suggestedMax)}
            aria-invalid={errors['maxCredits'] !== undefined}
            aria-describedby={describedBy('maxCredits')}
            onInput={(event) => change({ maxCredits: event.currentTarget.value })}
          />
          <span>credits</span>
        </div>
      </Field>
    </section>
  );
}

function Allowed({ list, model, draft, change, errors }: TroubleProps) {
  const { allow, audio, promptText } = draft;
  const others = list.models.filter(
    ({ name, image }) => name !== model.name && (image !== 'required' || draft.image),
  );
  const permit = (changes: Partial<typeof allow>) => change({ allow: { ...allow, ...changes } });
  return (
    <ChoiceField id="fallbacks" label="If it keeps failing, allow…" error={errors['fallbacks']}>
      <Check
        checked={allow.noAudio}
        onChange={(noAudio) => permit({ noAudio })}
        notNow={canBeSilenced(model, audio) ? undefined : noSilence(model.audio)}
      >
        no audio
      </Check>
      <Check
        checked={allow.shorterPrompt}
        onChange={(shorterPrompt) => permit({ shorterPrompt })}
        notNow={canBeShortened(promptText) ? undefined : 'for prompts of 80 characters or more'}
      >
        a shorter prompt
      </Check>
      <div class="check-with-select">
        <Check
          checked={allow.model !== ''}
          onChange={(ticked) => permit({ model: ticked ? (others[0]?.name ?? '') : '' })}
        >
          another model
        </Check>
        {allow.model !== '' && (
          <select
            aria-label="The other model"
            value={allow.model}
            onChange={(event) => permit({ model: event.currentTarget.value })}
          >
            {others.map((other) => (
              <option key={other.name} value={other.name}>
                {priceTag(draft, other, list.models)}
              </option>
            ))}
          </select>
        )}
      </div>
      <Check checked={allow.wait} onChange={(wait) => permit({ wait })}>
        waiting a few hours
      </Check>
    </ChoiceField>
  );
}

function noSilence(audio: PartProps['model']['audio']): string {
  return audio === 'always' ? 'this model always makes sound' : 'there is none to leave out';
}
