/** The durable workflow behind `POST /v1/reels`. Runs in Temporal's sandbox: it decides the order, activities act. */
import {
  CancellationScope,
  CancelledFailure,
  isCancellation,
  log,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { StoreResult } from '../domain/activity-args';
import {
  envelopeOf,
  type FailureEnvelope,
  NamedFailure,
  nameless,
  reelFailure,
  runFailure,
} from '../domain/failure';
import {
  STORY,
  type AcceptedReel,
  type GenerateReelInput,
  type GenerateReelResult,
} from '../domain/generate-reel';
import { MEMO_HEAD, queuedState, type ReelHead, type ReelState, workflowIdOf } from '../domain/reel';
import { formatCredits } from '../contract/money';
import { makeShot } from './steps/make-shot';
import { handleDecisions } from './steps/handle-decisions';
import { notify } from './webhooks/notify';
import { RECORD } from './policies';
import { ReelContext } from './reel/reel-context';
import * as change from './reel/reel-changes';
import { countReel } from './reel/reel-metrics';
import { now, type RunContext } from './reel/run-context';
import { stopGenerations } from './steps/stop-generations';

const activities = proxyActivities<Activities>(RECORD);

/**
 * Makes one reel: accepted → generations → stored. Closes *Completed*, *Failed* with the catalog's code as its
 * type, or *Canceled* after the task at Runway was ended.
 */
export async function generateReel(input: GenerateReelInput): Promise<GenerateReelResult> {
  const decisions: RunContext['decisions'] = {};
  let accepted: AcceptedReel | undefined;
  let reel: ReelContext | undefined;
  handleDecisions(decisions, () => accepted);
  try {
    accepted = await activities.acceptReel.executeWithOptions(
      // As long as a reel may take: a worker with the right backend may come late.
      {
        ...RECORD,
        scheduleToCloseTimeout: '48h',
        // Otherwise it could write its record after this run has written the end.
        cancellationType: 'WAIT_CANCELLATION_COMPLETED',
        summary: 'check the request, bind the reel, write its record',
      },
      [input, STORY],
    );
    log.info(`accepted: ${accepted.summary}`, { reelId: accepted.head.id });
    reel = new ReelContext(accepted.head, queuedState(accepted.head), accepted.story);
    const context: RunContext = {
      accepted,
      reel,
      decisions,
      generations: 0,
      outageWaited: 0,
      submittedAgain: false,
    };
    const { video, warnings, failure } = await makeShot(context);
    if (failure) throw new UnplayableVideo(failure, { video, warnings });
    const end = change.ended(reel.state, now(), { status: 'succeeded', video, warnings });
    await close(reel, end, true, context.lastFailure);
    const { id } = accepted.head;
    const { generations, credits } = reel.state;
    return { id, status: 'succeeded', generations: generations.length, creditsCharged: credits.charged };
  } catch (error) {
    reel ??= contextOfStart();
    // For a call that fails while it is cancelled Temporal reports the failure: the cancellation counts.
    if (isCancellation(error) || CancellationScope.current().consideredCancelled) {
      if (reel) await closeCancelled(reel, accepted);
      throw new CancelledFailure('cancelled');
    }
    const envelope = envelopeOf(error) ?? nameless(error);
    if (reel) {
      const kept = error instanceof UnplayableVideo ? error.kept : {};
      const end = change.ended(reel.state, now(), {
        status: 'failed',
        failure: reelFailure(envelope),
        ...kept,
      });
      await close(reel, end, accepted !== undefined);
    }
    throw runFailure(envelope);
  }
}

/** A video that was made, paid and kept, and that no browser plays. */
class UnplayableVideo extends NamedFailure {
  constructor(
    failure: FailureEnvelope,
    readonly kept: Pick<StoreResult, 'video' | 'warnings'>,
  ) {
    super(failure);
  }
}

async function closeCancelled(reel: ReelContext, accepted: AcceptedReel | undefined): Promise<void> {
  const isOwn = own(reel, accepted !== undefined);
  const warnings = isOwn ? await stopGenerations(reel, accepted?.policy ?? UNKNOWN_POLICY) : [];
  await close(
    reel,
    change.ended(reel.state, now(), { status: 'cancelled', warnings }),
    accepted !== undefined,
  );
}

/** `SUBMIT_TIMEOUT` at its most. */
const UNKNOWN_POLICY = { submitTimeoutMs: 300_000 };

/**
 * Shows the end, records it and sends its webhook. A cancellation now is too late to change anything, and a record that
 * cannot be written does not unmake the reel: it can be read from Temporal.
 *
 * @param accepted whether this run owns the record; otherwise another run may, and it is left alone.
 */
async function close(
  reel: ReelContext,
  state: ReelState,
  accepted: boolean,
  lastFailure?: string,
): Promise<void> {
  reel.show(state);
  countReel(reel.head, state, lastFailure);
  log.info(`${state.status}: charged ${formatCredits(state.credits.charged)}`, {
    reelId: reel.head.id,
    cause: state.failure?.code,
  });
  const { workflowId } = workflowInfo();
  try {
    await CancellationScope.nonCancellable(() =>
      activities.recordReel.executeWithOptions({ ...RECORD, summary: `write the record: ${state.status}` }, [
        { record: { schemaVersion: 1, workflowId, head: reel.head, state }, replace: accepted },
      ]),
    );
  } catch (error) {
    log.error('the record could not be written', { reelId: reel.head.id, error });
  }
  // A run that was refused sends no webhook: the reel is another run's, or deleted.
  if (own(reel, accepted) && state.failure?.code !== REFUSED) {
    await CancellationScope.nonCancellable(() => notify(reel));
  }
}

/** The failure of a run whose ID belongs to an existing reel. */
const REFUSED = 'reel_exists';

/** A run of another name that was not accepted may have been given the ID of somebody else's reel. */
function own({ head }: ReelContext, accepted: boolean): boolean {
  return accepted || workflowInfo().workflowId === workflowIdOf(head.id);
}

/** What HTTP wrote at the start, for a run that ends before it was accepted. */
function contextOfStart(): ReelContext | undefined {
  const head = workflowInfo().memo?.[MEMO_HEAD] as ReelHead | undefined;
  return head && new ReelContext(head, queuedState(head));
}
