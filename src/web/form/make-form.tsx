/** The form for a new reel. */
import { useRef, useState } from 'preact/hooks';
import type { ModelList } from '../../contract/schemas/models';
import type { Reel } from '../../contract/schemas/reel';
import { type ApiProblem, callApi } from '../service/http';
import { OrderKey } from '../state/idempotency';
import { navigate, reelHref } from '../state/router';
import { Button } from '../ui/button';
import { Notice } from '../ui/notice';
import { fieldMessage } from '../words/field-words';
import { formatCredits } from '../../contract/money';
import { costOf, type Draft, fitToModel, needsImage, promptLimit, toRequest } from './draft';
import type { Errors, PartProps } from './part-props';
import { LookFields } from './look-fields';
import { ModelField } from './model-field';
import { MoreFields } from './more-fields';
import { NameFields } from './name-fields';
import { PictureField } from './picture-field';
import { PromptField } from './prompt-field';
import { TroubleFields } from './trouble-fields';

interface MakeFormProps {
  readonly list: ModelList;
  readonly draft: Draft;
  readonly setDraft: (draft: Draft) => void;
  readonly onMade: (reel: Reel) => void;
}

export function MakeForm({ list, draft, setDraft, onMade }: MakeFormProps) {
  const [errors, setErrors] = useState<Errors>({});
  const [failed, setFailed] = useState<string>();
  const [busy, setBusy] = useState(false);
  const orderKey = useRef(new OrderKey()).current;
  // State arrives with the next drawing; a double click comes before it.
  const sending = useRef(false);
  const form = useRef<HTMLFormElement>(null);

  const model = list.models.find(({ name }) => name === draft.model);
  if (!model) return <Notice tone="bad">The service offers no model.</Notice>;
  const cost = costOf(draft, model, list.defaultMaxCredits);

  const change = (changes: Partial<Draft>) => {
    setDraft(fitToModel({ ...draft, ...changes }, list.models));
    setErrors(without(errors, Object.keys(changes)));
  };

  const refuse = (found: Errors) => {
    setErrors(found);
    requestAnimationFrame(() => {
      const first = form.current?.querySelector<HTMLElement>(
        '.field-wrong :is(textarea, input:not([type=radio]), input:checked, select)',
      );
      first?.focus();
    });
  };

  const send = async () => {
    if (sending.current) return;
    setFailed(undefined);
    const missing = checkFirst(draft, model);
    if (Object.keys(missing).length > 0) {
      refuse(missing);
      return;
    }
    sending.current = true;
    setBusy(true);
    const body = toRequest(draft, model, cost.suggestedMax);
    try {
      const reel = await callApi<Reel>('v1/reels', {
        method: 'POST',
        body,
        idempotencyKey: orderKey.keyFor(body),
      });
      orderKey.used();
      setErrors({});
      onMade(reel);
      navigate(reelHref(reel.id));
    } catch (error) {
      const { issues, message } = error as ApiProblem;
      const known = issues.filter(({ field }) => FIELDS.has(field));
      refuse(Object.fromEntries(known.map(({ field, message: text }) => [field, fieldMessage(field, text)])));
      const others = issues.filter((issue) => !known.includes(issue)).map((issue) => issue.message);
      if (known.length === 0 || others.length > 0) setFailed(others.length > 0 ? others.join(' ') : message);
    } finally {
      sending.current = false;
      setBusy(false);
    }
  };

  const part = { list, model, draft, change, errors };
  return (
    <form
      ref={form}
      class="card make"
      noValidate
      aria-labelledby="make-title"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <h2 id="make-title">Make a reel</h2>
      <PromptField {...part} />
      <PictureField {...part} />
      <LookFields {...part} />
      <ModelField {...part} />
      <NameFields {...part} />
      <TroubleFields {...part} estimate={cost.estimate} suggestedMax={cost.suggestedMax} />
      <MoreFields {...part} />
      <div class="make-foot">
        {failed !== undefined && <Notice tone="bad">{failed}</Notice>}
        <p class="price">
          <strong>{formatCredits(cost.estimate)}</strong>
          <span class="hint">{list.simulated ? 'at most, if it were real' : 'at most, for each try'}</span>
        </p>
        <Button kind="primary" type="submit" busy={busy} icon="film">
          {busy ? 'Sending…' : 'Make the reel'}
        </Button>
      </div>
    </form>
  );
}

/** Fields that have a place for their error. */
const FIELDS = new Set([
  ...['promptText', 'promptImage', 'model', 'ratio', 'duration', 'audio', 'negativePrompt', 'seed'],
  ...['fallbacks', 'maxCredits', 'title', 'date'],
]);

/** Where a change in the form answers an error of another name. */
const ANSWERS: Readonly<Record<string, string>> = { image: 'promptImage', allow: 'fallbacks' };

function without(errors: Errors, changed: readonly string[]): Errors {
  const answered = new Set(changed.map((name) => ANSWERS[name] ?? name));
  return Object.fromEntries(Object.entries(errors).filter(([field]) => !answered.has(field)));
}

/** What needs no question to the service. */
function checkFirst(draft: Draft, model: PartProps['model']): Errors {
  const over = draft.promptText.length - promptLimit(model, draft.audio);
  return {
    ...(draft.promptText.trim() === '' && { promptText: 'Write what the video should show.' }),
    ...(over > 0 && { promptText: `The prompt is too long for this model: shorten it by ${over}.` }),
    ...(needsImage(model) &&
      draft.image === undefined && {
        promptImage: 'This model starts from a picture: add one, or choose another model.',
      }),
    ...(draft.image?.kind === 'url' &&
      !/^(?:https|runway):\/\/|^data:/.test(draft.image.url.trim()) && {
        promptImage: 'Give the whole address of the picture: it begins with https://',
      }),
  };
}
