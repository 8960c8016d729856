import type { Reel } from '../../contract/schemas/reel';
import { isEnded } from '../state/use-reel';
import { useNow } from '../state/use-now';
import { Icon } from '../ui/icon';
import { OperationId } from '../ui/operation-id';
import { chargedWords, describeReel, formatProgress, type Next, nextWords } from '../words/reel-words';
import { formatSpan } from '../words/time';

/** The state of the reel at a glance. */
export function StatusPanel({ reel, slots }: { readonly reel: Reel; readonly slots: number | undefined }) {
  const words = describeReel(reel, { ...(slots !== undefined && { slots }) });
  const operationId = reel.generations.findLast(
    ({ runwayTaskId }) => runwayTaskId !== undefined,
  )?.runwayTaskId;
  return (
    <section class={`status tone-${words.tone}`} aria-labelledby="status-title">
      {/* Read out when it changes; the progress, which changes all the time, is not in it. */}
      <div aria-live="polite">
        <h2 id="status-title">{words.headline}</h2>
        {words.detail !== undefined && <p>{words.detail}</p>}
      </div>
      {words.next && <Countdown next={words.next} />}
      {reel.status === 'in_progress' && words.tone === 'working' && <Progress reel={reel} />}
      <p class="status-line">
        <Elapsed reel={reel} />
        {reel.status !== 'cancelled' && reel.status !== 'in_progress' && reel.status !== 'queued' && (
          <span>{chargedWords(reel)}</span>
        )}
      </p>
      {operationId !== undefined && <OperationId id={operationId} />}
      <p class="technical">
        {words.technical}
        {reel.links.temporal !== undefined && (
          <a href={reel.links.temporal} target="_blank" rel="noreferrer">
            Open in Temporal
            <Icon name="outside" />
          </a>
        )}
      </p>
    </section>
  );
}

function Progress({ reel: { phase, progress } }: { readonly reel: Reel }) {
  const known = phase === 'running' || phase === 'storing';
  return (
    <div
      class={known ? 'progress' : 'progress progress-unknown'}
      role="progressbar"
      aria-label="Progress of the video"
      aria-valuemin={0}
      aria-valuemax={100}
      {...(known && {
        'aria-valuenow': Math.floor(progress * 100),
        'aria-valuetext': formatProgress(progress),
      })}
    >
      <div class="progress-bar" style={{ '--done': String(known ? progress : 0) }} />
    </div>
  );
}

function Elapsed({ reel }: { readonly reel: Reel }) {
  const running = !isEnded(reel);
  const now = useNow(running);
  const end = reel.finishedAt === undefined ? now : Date.parse(reel.finishedAt);
  const span = formatSpan(end - Date.parse(reel.createdAt));
  return <span>{running ? `${span} so far` : `Took ${span}`}</span>;
}

function Countdown({ next }: { readonly next: Next }) {
  const now = useNow(true);
  return <p class="countdown">{nextWords(next, now)}</p>;
}
