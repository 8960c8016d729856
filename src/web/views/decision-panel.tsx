import { useState } from 'preact/hooks';
import type { Choice, Decision, Reel } from '../../contract/schemas/reel';
import type { ResolveAction } from '../../contract/reel';
import { type ApiProblem, callApi } from '../service/http';
import { useNow } from '../state/use-now';
import { pathOf } from '../state/use-reel';
import { Button } from '../ui/button';
import { Field } from '../ui/field';
import { LinkedText } from '../ui/linked-text';
import { Notice } from '../ui/notice';
import { choiceWords, evidenceWords } from '../words/decision-words';
import { formatCredits } from '../../contract/money';
import { formatMoment } from '../words/time';

interface DecisionPanelProps {
  readonly reel: Reel;
  readonly decision: Decision;
  readonly onReel: (reel: Reel) => void;
}

const TITLES = {
  adopt: 'The video is there: take it',
  fetch: 'Fetch the video again',
  regenerate: 'Order it again',
  abandon: 'Give up',
} as const satisfies Record<ResolveAction, string>;

/** An order whose answer was lost, or a video that could not be fetched: what is known, and the ways on. */
export function DecisionPanel({ reel, decision, onReel }: DecisionPanelProps) {
  const [problem, setProblem] = useState<ApiProblem>();
  const [busy, setBusy] = useState(false);
  const now = useNow(false);
  const words = choiceWords(reel, decision, now);

  const decide = async (action: ResolveAction, runwayTaskId?: string) => {
    setBusy(true);
    setProblem(undefined);
    try {
      const body = { action, ...(runwayTaskId !== undefined && { runwayTaskId }) };
      onReel(await callApi<Reel>(`${pathOf(reel.id)}/resolve`, { method: 'POST', body }));
    } catch (error) {
      setProblem(error as ApiProblem);
    } finally {
      setBusy(false);
    }
  };

  return (
    <section class="section" aria-labelledby="decision-title">
      <h2 id="decision-title">What should happen?</h2>
      <p>{evidenceWords(decision)}</p>
      {problem && <Notice tone="bad">{problem.message}</Notice>}
      <ul class="options">
        {decision.choices.map((choice) => (
          <Option
            key={choice.action}
            choice={choice}
            words={words[choice.action]}
            busy={busy}
            onChoose={(taskId) => void decide(choice.action, taskId)}
          />
        ))}
      </ul>
      <p class="hint">Without a decision the reel ends at {formatMoment(decision.until, now)}.</p>
    </section>
  );
}

interface OptionProps {
  readonly choice: Choice;
  readonly words: string;
  readonly busy: boolean;
  readonly onChoose: (runwayTaskId?: string) => void;
}

function Option({ choice: { action, atMostCredits }, words, busy, onChoose }: OptionProps) {
  const [taskId, setTaskId] = useState('');
  const [missing, setMissing] = useState(false);
  const adopt = action === 'adopt';
  return (
    <li class="option">
      <h3>{TITLES[action]}</h3>
      <p>
        <LinkedText text={words} />
      </p>
      {adopt && (
        <Field
          id="runwayTaskId"
          label="Its Operation ID"
          error={missing ? 'Paste the Operation ID of the order.' : undefined}
        >
          <input
            id="runwayTaskId"
            type="text"
            autoComplete="off"
            spellcheck={false}
            value={taskId}
            placeholder="695f1a48-dd9f-4a7c-9d5e-0c1f3a1b2c3d"
            aria-invalid={missing}
            onInput={(event) => {
              setTaskId(event.currentTarget.value);
              setMissing(false);
            }}
          />
        </Field>
      )}
      <div class="option-foot">
        <span class="hint">
          {atMostCredits === 0 ? 'Costs nothing more' : `At most ${formatCredits(atMostCredits)} more`}
        </span>
        <Button
          kind={action === 'abandon' ? 'danger' : 'plain'}
          busy={busy}
          onClick={() => {
            if (!adopt) onChoose();
            else if (taskId.trim() === '') setMissing(true);
            else onChoose(taskId.trim());
          }}
        >
          {TITLES[action]}
        </Button>
      </div>
    </li>
  );
}
