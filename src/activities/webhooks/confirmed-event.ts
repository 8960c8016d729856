import { getClient } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import { GENERATE_REEL } from '../../domain/generate-reel';
import { MEMO_STATE, type ReelHead, type ReelRecord, type ReelState } from '../../domain/reel';
import { snapshotOf, type WebhookEvent, webhookEvent, type WebhookReceiver } from '../../domain/webhook';
import type { Storage } from '../../storage/storage';
import { lastSent } from '../submit/claim-walk';
import type { ActivityDeps } from '../deps';

export interface ConfirmedEvent {
  readonly receiver: WebhookReceiver;
  readonly event: WebhookEvent;
}

/**
 * An event as our own storage has it, and the receiver that the reel was ordered with. Whoever reaches Temporal can bring
 * any event to any receiver; what is signed with a client's secret is only what happened to a reel of this client.
 *
 * @returns undefined for what storage does not confirm.
 */
export async function confirmedEvent(
  deps: Pick<ActivityDeps, 'storage' | 'publicUrl'>,
  reelId: string,
  eventId: string,
): Promise<ConfirmedEvent | undefined> {
  const { storage } = deps;
  const record = await storage.readRecord(reelId);
  const head = record?.head ?? (await storage.readOrder(reelId));
  const url = head?.request.webhookUrl;
  if (!head || url === undefined) return undefined;
  const event = (await storage.readEvent(reelId, eventId)) ?? (await rebuilt(deps, head, record, eventId));
  return event && { receiver: { reelId, client: head.client, url }, event };
}

/** Of an event that release 0.1.0 handed over, or that a full disk did not take, there is no note. */
async function rebuilt(
  { storage, publicUrl }: Pick<ActivityDeps, 'storage' | 'publicUrl'>,
  head: ReelHead,
  record: ReelRecord | undefined,
  eventId: string,
): Promise<WebhookEvent | undefined> {
  if (!record) return undefined;
  for (const readState of [() => Promise.resolve(record.state), () => stateOfRun(storage, record)]) {
    const state = await readState();
    const event = state && webhookEvent(snapshotOf(head, state), publicUrl);
    if (event?.id === eventId) return event;
  }
  return undefined;
}

/** What the run that makes the reel shows, if the claims confirm what it asks for. */
async function stateOfRun(
  storage: Storage,
  { head, workflowId }: ReelRecord,
): Promise<ReelState | undefined> {
  const run = await getClient()
    .workflow.getHandle(workflowId)
    .describe()
    .catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    });
  const state = run?.memo?.[MEMO_STATE] as ReelState | undefined;
  if (run?.type !== GENERATE_REEL || run.status.name !== 'RUNNING' || !state?.decision) return undefined;
  const { generation } = state.decision;
  const sent = await lastSent(storage.claims, { reelId: head.id, generation });
  return sent && sent.state.answer?.kind !== 'created' ? state : undefined;
}
