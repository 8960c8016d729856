import { setCurrentDetails, upsertMemo, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { MEMO_HEAD, MEMO_STATE, type ReelHead, type ReelState } from '../../domain/reel';
import { REEL_STATUS } from '../../domain/search-attributes';
import { startAttributes } from '../../domain/generate-reel';
import { detailsTable } from './details-table';
import { PhaseClock } from './reel-metrics';
import { shownAttributes } from './shown-attributes';

/** What the head that was accepted and the one that the run was started with must agree in: whose the reel is, for one. */
const FIXED = ['id', 'client', 'bodyHash', 'createdAt', 'maxCredits', 'remakeOf'] as const;

function isSame(noted: ReelHead, accepted: ReelHead): boolean {
  return (
    FIXED.every((field) => noted[field] === accepted[field]) &&
    noted.request?.webhookUrl === accepted.request.webhookUrl
  );
}

/**
 * Where a run shows how it stands, so that it can be read without a worker: memo for the API, search attributes
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
    // Started by another workflow or a person, who set neither memo nor attributes, or set what the reel is not.
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

  /** Takes in a state that a step shows in a moment, together with its own change. */
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
