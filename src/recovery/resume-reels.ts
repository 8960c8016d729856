/** Takes up what a lost Temporal database knew of, from what storage keeps. */
import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/common';
import { parseDuration } from '../contract/duration';
import { GENERATE_REEL, reelStart } from '../domain/generate-reel';
import { queuedState, type ReelRecord, workflowIdOf } from '../domain/reel';
import { isTerminal } from '../contract/reel';
import { ERASE_REEL, type Erasure, eraseWorkflowId, type Tombstone } from '../domain/tombstone';
import { DELIVER_WEBHOOKS, deliveryStart, TELL, snapshotOf, webhookEvent } from '../domain/webhook';
import { StorageError } from '../platform/files/disk-fault';
import type { Storage } from '../storage/storage';
import { WEBHOOK_DELAYS, WEBHOOK_JITTER } from '../workflows/webhooks/webhook-schedule';

/** Reels checked at the same time. More starts at once make Temporal's dev server slower, not faster. */
const AT_ONCE = 8;
/** A worker may come that late to a reel that was accepted. */
const ACCEPT_WITHIN_MS = 48 * 3_600_000;
/** As long as an event is tried. */
const TELL_WITHIN_MS = WEBHOOK_DELAYS.reduce((sum, delay) => sum + delay) * (1 + WEBHOOK_JITTER);

export interface ResumeDeps {
  readonly client: Client;
  readonly storage: Storage;
  /** Of workflows. */
  readonly taskQueue: string;
  readonly policy: { readonly reelDeadlineMs: number; readonly decisionPatienceMs: number };
  /** Base of the links in webhooks. */
  readonly publicUrl?: string;
  /** Called with one line about what cannot be resumed. */
  readonly warn: (line: string) => void;
}

/** What was begun anew. */
export interface Resumed {
  reels: number;
  webhooks: number;
  erasures: number;
  /** Unfinished, and older than any reel can become: nobody waits for them, and nothing more is spent on them. */
  expired: number;
}

/**
 * Starts what is unfinished in storage and unknown to Temporal: reels without an end, erasings, and the last webhook
 * of reels that ended while it was still tried. To do it again, or twice at once, changes nothing.
 *
 * The run of a reel begins at its start; the claims tell it what was sent, so that nothing is submitted twice.
 *
 * @throws StorageError on a disk fault, Error while Temporal does not answer.
 */
export async function resumeReels(deps: ResumeDeps): Promise<Resumed> {
  const resumed: Resumed = { reels: 0, webhooks: 0, erasures: 0, expired: 0 };
  const ids = deps.storage.reelIds();
  const lane = async () => {
    for await (const id of ids) {
      const what = await resume(deps, id);
      if (what) resumed[what] += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return resumed;
}

async function resume(deps: ResumeDeps, id: string): Promise<keyof Resumed | undefined> {
  const record = await readOrSkip(deps, id);
  if (!record) return undefined;
  const tombstone = await deps.storage.readTombstone(id);
  if (tombstone) return (await erase(deps, record, tombstone)) ? 'erasures' : undefined;
  if (isTerminal(record.state.status)) return (await tell(deps, record)) ? 'webhooks' : undefined;
  if (isExpired(deps, record)) return 'expired';
  return (await make(deps, record)) ? 'reels' : undefined;
}

async function readOrSkip({ storage, warn }: ResumeDeps, id: string): Promise<ReelRecord | undefined> {
  try {
    const record = await storage.readRecord(id);
    if (record) return record;
    // No worker had come to it.
    const head = await storage.readOrder(id);
    return head && { schemaVersion: 1, workflowId: workflowIdOf(id), head, state: queuedState(head) };
  } catch (error) {
    if (!(error instanceof StorageError && error.code === 'bad_record')) throw error;
    warn(`A record cannot be read, and its reel is left: ${error.message}`);
    return undefined;
  }
}

/** Its run has ended in any case; one that an operator terminated could not write that down. */
function isExpired({ policy }: ResumeDeps, { head }: ReelRecord): boolean {
  const deadlineMs = parseDuration(head.request.deadline ?? '') ?? policy.reelDeadlineMs;
  const lifeMs = ACCEPT_WITHIN_MS + deadlineMs + policy.decisionPatienceMs;
  return Date.now() - Date.parse(head.createdAt) > lifeMs;
}

/** By the name of its own: a run of another name would be refused as somebody else's. */
async function make({ client, taskQueue }: ResumeDeps, { head, workflowId }: ReelRecord): Promise<boolean> {
  return isNew(client.workflow.start(GENERATE_REEL, { ...reelStart(head), workflowId, taskQueue }));
}

async function erase(
  { client, taskQueue }: ResumeDeps,
  { head, workflowId }: ReelRecord,
  tombstone: Tombstone,
): Promise<boolean> {
  const erasure: Erasure = { tombstone, workflowId, backend: head.backend };
  return isNew(
    client.workflow.start(ERASE_REEL, {
      workflowId: eraseWorkflowId(head.id),
      taskQueue,
      args: [erasure],
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: `erase reel ${head.id}`,
    }),
  );
}

/** Whether the event was delivered is lost with the history: delivered again, it has the same `webhook-id`. */
async function tell(
  { client, taskQueue, publicUrl }: ResumeDeps,
  { head, state }: ReelRecord,
): Promise<boolean> {
  const endedAt = Date.parse(state.finishedAt ?? state.updatedAt);
  if (head.request.webhookUrl === undefined || Date.now() - endedAt > TELL_WITHIN_MS) return false;
  const event = webhookEvent(snapshotOf(head, state), publicUrl);
  const start = deliveryStart(head);
  if (!event || (await isKnown(client, start.workflowId))) return false;
  await client.workflow.signalWithStart(DELIVER_WEBHOOKS, {
    ...start,
    taskQueue,
    signal: TELL,
    signalArgs: [event],
  });
  return true;
}

async function isNew(start: Promise<unknown>): Promise<boolean> {
  try {
    await start;
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

async function isKnown(client: Client, workflowId: string): Promise<boolean> {
  try {
    await client.workflow.getHandle(workflowId).describe();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
