/** One reel: while it is made, when it is there, and when it could not be made. */
import type { ModelList } from '../../contract/schemas/models';
import type { Reel } from '../../contract/schemas/reel';
import { isEnded, useReel } from '../state/use-reel';
import { HOME_HREF, Link } from '../state/router';
import { Badge } from '../ui/badge';
import { Icon } from '../ui/icon';
import { Notice } from '../ui/notice';
import { PageHeading } from '../ui/page-heading';
import { formatProgress, titleOf } from '../words/reel-words';
import { formatDay } from '../words/time';
import { DecisionPanel } from './decision-panel';
import { FailurePanel } from './failure-panel';
import { ReelActions } from './reel-actions';
import { ReelFacts } from './reel-facts';
import { Stage } from './stage';
import { StatusPanel } from './status-panel';
import { Timeline } from './timeline';

interface ReelPageProps {
  readonly id: string;
  readonly list: ModelList | undefined;
  /** Videos that the plan makes at a time, by model. */
  readonly slotsOf: (model: string) => number | undefined;
  readonly onReuse: (reel: Reel) => void;
  readonly onDeleted: (id: string) => void;
}

export function ReelPage({ id, list, slotsOf, onReuse, onDeleted }: ReelPageProps) {
  const { reel, problem, show } = useReel(id);
  if (!reel) {
    return (
      <div class="reel-page-empty">
        <Back />
        <PageHeading title={problem ? problem.title : 'Your reel'} />
        {problem ? <Notice tone="bad">{problem.message}</Notice> : <p class="hint">Loading…</p>}
      </div>
    );
  }
  const title = titleOf(reel);
  return (
    <article class="reel-page">
      <div class="reel-head">
        <Back />
        <PageHeading title={tabTitle(reel, title)}>{title}</PageHeading>
        <p class="tags">
          <Badge reel={reel} />
          {reel.simulated && <span class="badge tone-neutral">Practice clip, not made by AI</span>}
          {reel.request.date !== undefined && <span class="hint">{formatDay(reel.request.date)}</span>}
        </p>
      </div>
      <Stage reel={reel} />
      <div class="reel-side">
        {problem && problem.status === 0 && (
          <Notice tone="waiting">
            The service does not answer at the moment. What you see may be old; it comes back by itself.
          </Notice>
        )}
        <StatusPanel reel={reel} slots={slotsOf(reel.request.model)} />
        {reel.status === 'needs_decision' && reel.decision && (
          <DecisionPanel reel={reel} decision={reel.decision} onReel={show} />
        )}
        {reel.failure && <FailurePanel reel={reel} failure={reel.failure} />}
        {reel.warnings.length > 0 && (
          <Notice tone="attention">
            {reel.warnings.map((warning) => (
              <p key={warning}>{warning}</p>
            ))}
          </Notice>
        )}
        <ReelActions
          reel={reel}
          model={list?.models.find(({ name }) => name === reel.request.model)}
          onReel={show}
          onReuse={onReuse}
          onDeleted={onDeleted}
        />
        <Timeline reel={reel} />
        <ReelFacts reel={reel} />
      </div>
    </article>
  );
}

function Back() {
  return (
    <Link class="back" href={HOME_HREF}>
      <Icon name="back" />
      All reels
    </Link>
  );
}

/** A tab in the background says how far it is. */
function tabTitle(reel: Reel, title: string): string {
  if (isEnded(reel)) return title;
  return reel.phase === 'running' ? `${formatProgress(reel.progress)} ${title}` : `… ${title}`;
}
