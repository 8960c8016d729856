import type { Reel } from '../../contract/schemas/reel';
import { useNow } from '../state/use-now';
import { OperationId } from '../ui/operation-id';
import { type Step, timelineOf } from '../words/timeline';
import { formatMoment } from '../words/time';

/** Each order and what became of it. */
export function Timeline({ reel }: { readonly reel: Reel }) {
  const now = useNow(false);
  const steps = timelineOf(reel);
  if (steps.length === 0) return null;
  return (
    <section class="section" aria-labelledby="timeline-title">
      <h2 id="timeline-title">What was done</h2>
      <ol class="timeline">
        {steps.map((step) =>
          step.kind === 'pause' ? (
            <li key={step.text} class="timeline-pause">
              {step.text}
            </li>
          ) : (
            <GenerationStep key={step.number} step={step} now={now} />
          ),
        )}
      </ol>
    </section>
  );
}

type OneGeneration = Extract<Step, { kind: 'generation' }>;

function GenerationStep({ step, now }: { readonly step: OneGeneration; readonly now: number }) {
  return (
    <li class={`timeline-step tone-${step.tone}`}>
      <span class="timeline-number">{step.number}</span>
      <div>
        <p>
          <strong>{step.text}</strong>
          {step.code !== undefined && <code> {step.code}</code>}
        </p>
        <p class="hint">
          <time dateTime={step.at}>{formatMoment(step.at, now)}</time>
          {step.cost !== undefined && ` · ${step.cost}`}
          {step.changes.length > 0 && ` · with ${step.changes.join(', ')}`}
        </p>
        {(step.operationId !== undefined || step.said !== undefined) && (
          <details class="timeline-more">
            <summary>Details of try {step.number}</summary>
            {step.said !== undefined && (
              <p>
                Runway’s words: <q>{step.said}</q>
              </p>
            )}
            {step.operationId !== undefined && <OperationId id={step.operationId} />}
          </details>
        )}
      </div>
    </li>
  );
}
