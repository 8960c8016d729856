import { setCurrentDetails, upsertMemo, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { MEMO_HEAD, MEMO_STATE, type ReelHead, type ReelState } from '../../domain/reel';
import { REEL_STATUS } from '../../domain/search-attributes';
import { startAttributes } from '../../domain/generate-reel';
import { detailsTable } from './details-table';
import { PhaseClock } from './reel-metrics';
import { shownAttributes } from './shown-attributes';

/** Fields in which the accepted head and the one that the run was started with must agree, such as the owner. */
const FIXED = ['id', 'client', 'bodyHash', 'createdAt', 'maxCredits', 'remakeOf'] as const;

function isSame(noted: ReelHead, accepted: ReelHead): boolean {
  return (
    FIXED.every((field) => noted[field] === accepted[field]) &&
    noted.request?.webhookUrl === accepted.request.webhookUrl
  );
}

/**
 * Shows the state of a run, so that it can be read without a worker: memo for the API, search attributes
 * for lists, Markdown for the UI. Search attributes are written only when they change: each upsert is an event.
 */
export class ReelContext {
  private readonly clock = new PhaseClock();
  private shown: Record<string, string> = { [REEL_STATUS.name]: '"queued"' };

  constructor(
    readonly head: ReelHead,
    private current: ReelState,
    /** The version of the story that the run follows. */
    story = 1,
  ) {
    const noted = workflowInfo().memo?.[MEMO_HEAD] as ReelHead | undefined;
    // Started from another workflow or the UI, with no memo and attributes, or with those of another reel.
    if (noted === undefined || (story >= 2 && !isSame(noted, head))) {
      upsertMemo({ [MEMO_HEAD]: head });
      upsertSearchAttributes(startAttributes(head));
    }
  }

  get state(): ReelState {
    return this.current;
  }

  show(state: ReelState): void {
    this.current = state;
    upsertMemo({ [MEMO_STATE]: state });
    this.showAttributes();
    setCurrentDetails(detailsTable(state));
    this.clock.show(state);
  }

  /** Keeps a state that the step is about to show together with a further change. */
  keep(state: ReelState): void {
    this.current = state;
  }

  private showAttributes(): void {
    const changed = shownAttributes(this.current).filter(
      ({ key, value }) => this.shown[key.name] !== JSON.stringify(value),
    );
    if (changed.length === 0) return;
    for (const { key, value } of changed) this.shown[key.name] = JSON.stringify(value);
    upsertSearchAttributes(changed);
  }
}
