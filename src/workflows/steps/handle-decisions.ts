import { ApplicationFailure, proxyActivities, setHandler } from '@temporalio/workflow';
import { ActivityFailure } from '@temporalio/common';
import type { Activities } from '../../activities';
import type { AcceptedReel } from '../../domain/generate-reel';
import { RESOLVE_ACTIONS } from '../../contract/reel';
import { resolveReel } from '../messages';
import * as policies from '../policies';
import type { RunContext } from '../reel/run-context';

const activities = proxyActivities<Activities>(policies.ADOPT);

/** Takes decisions. A task to adopt is read at Runway before the decision counts. */
export function handleDecisions(
  decisions: RunContext['decisions'],
  accepted: () => AcceptedReel | undefined,
): void {
  setHandler(
    resolveReel,
    async (resolution) => {
      const { pending } = decisions;
      const head = accepted()?.head;
      if (!pending || !head) throw nothingToDecide();
      if (resolution.action === 'adopt') {
        const { generation } = pending;
        try {
          await activities.adoptTask.executeWithOptions(
            { ...policies.ADOPT, summary: `generation ${generation}: is it ${resolution.runwayTaskId}?` },
            [
              {
                reelId: head.id,
                generation,
                backend: head.backend,
                runwayTaskId: resolution.runwayTaskId ?? '',
              },
            ],
          );
        } catch (error) {
          // The caller of the update gets the activity's message.
          if (error instanceof ActivityFailure && error.cause instanceof ApplicationFailure)
            throw error.cause;
          throw error;
        }
      }
      // While the task was read, another decision may have come, or the patience may have ended.
      if (pending.resolution || decisions.pending !== pending) throw nothingToDecide();
      pending.resolution = resolution;
    },
    {
      description: 'Settles a reel that needs a decision: adopt, regenerate, abandon or fetch.',
      validator: (resolution) => {
        const { pending } = decisions;
        if (!pending) throw nothingToDecide();
        // HTTP has checked it; an update that was sent straight to Temporal may hold anything.
        const { action, runwayTaskId } = (resolution ?? {}) as { action?: unknown; runwayTaskId?: unknown };
        if (!(RESOLVE_ACTIONS as readonly unknown[]).includes(action)) {
          const known = RESOLVE_ACTIONS.join(', ');
          throw refused(`the input must be an object whose action is one of ${known}`, 'unknown_action');
        }
        if (!(pending.actions as readonly unknown[]).includes(action)) {
          const choices = pending.actions.join(', ');
          throw refused(`${String(action)} is no choice here: it can be ${choices}`, 'action_refused');
        }
        if (action === 'adopt' && (typeof runwayTaskId !== 'string' || runwayTaskId === '')) {
          throw refused('adopt needs the runwayTaskId, as text', 'adopt_refused');
        }
        const reason = action === 'regenerate' ? pending.noRegenerate() : undefined;
        if (reason !== undefined) throw refused(reason, 'regenerate_refused');
      },
    },
  );
}

function nothingToDecide(): ApplicationFailure {
  return refused('there is nothing to decide', 'not_undecided');
}

function refused(reason: string, type: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(reason, type);
}
