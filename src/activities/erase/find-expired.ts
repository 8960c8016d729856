import { Context, log } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { parseDuration } from '../../contract/duration';
import { isTerminal } from '../../contract/reel';
import type { ReelRecord } from '../../domain/reel';
import type { Erasure, SweepArgs } from '../../domain/tombstone';
import { StorageError } from '../../platform/files/disk-fault';
import type { Storage } from '../../storage/storage';
import type { ActivityDeps } from '../deps';
import { whileBeating } from '../heartbeat';
import { storageCall } from '../storage-call';

/** Reels of one sweep, at most: its history stays small, and reels that are being made come first. */
const MOST = 200;

/**
 * Finds reels that ended longer ago than they are to be kept, and those whose erasing was begun and is not done: up to
 * 200; the next sweep finds the rest.
 *
 * The argument is ignored: `REEL_RETENTION` of this worker counts, and schedules of earlier releases pass what it was when
 * they were made.
 */
export function findExpired({
  storage,
  policy,
  retentionMs,
}: Pick<ActivityDeps, 'storage' | 'policy' | 'retentionMs'>) {
  return async (_: SweepArgs): Promise<Erasure[]> => {
    if (retentionMs === undefined) return [];
    return whileBeating(() =>
      storageCall(async () => {
        const { client, cancellationSignal } = Context.current();
        const now = Date.now();
        const hasExpired = (record: ReelRecord) =>
          endedBefore(now - retentionMs, client, record, policy.reelDeadlineMs);
        const found: Erasure[] = [];
        for await (const id of storage.reelIds()) {
          cancellationSignal.throwIfAborted();
          const record = await readOrSkip(storage, id);
          const erasure = record && (await erasureOf(storage, record, now, hasExpired));
          if (!erasure) continue;
          // Only what is noted here is erased.
          await storage.keepDeletion(erasure.tombstone);
          found.push(erasure);
          if (found.length === MOST) break;
        }
        return found;
      }),
    );
  };
}

async function readOrSkip(storage: Storage, id: string): Promise<ReelRecord | undefined> {
  try {
    return await storage.readRecord(id);
  } catch (error) {
    if (!(error instanceof StorageError && error.code === 'bad_record')) throw error;
    log.warn('a record cannot be read: the reel is kept', { reelId: id, reason: error.message });
    return undefined;
  }
}

async function erasureOf(
  storage: Storage,
  record: ReelRecord,
  now: number,
  hasExpired: (record: ReelRecord) => Promise<boolean>,
): Promise<Erasure | undefined> {
  const { head, workflowId } = record;
  const { id, backend, bodyHash } = head;
  const begun = await storage.readTombstone(id);
  if (!begun && !(await hasExpired(record))) return undefined;
  const deletedAt = new Date(now).toISOString();
  const tombstone = begun ?? { schemaVersion: 1, id, client: head.client, bodyHash, deletedAt };
  return { tombstone, workflowId, backend };
}

/** Whether the reel ended before `time`, in epoch milliseconds, and nothing makes it now. */
async function endedBefore(
  time: number,
  client: Client,
  { head, workflowId, state }: ReelRecord,
  reelDeadlineMs: number,
): Promise<boolean> {
  const noted = Date.parse(state.finishedAt ?? state.updatedAt);
  // Temporal is asked only about what may go.
  if (noted >= time) return false;
  try {
    const { status, closeTime } = await client.workflow.getHandle(workflowId).describe();
    // After a Reset the run is open while its record still has the earlier end; a terminated run wrote no end.
    if (status.name === 'RUNNING' || status.name === 'PAUSED') return false;
    return (closeTime?.getTime() ?? noted) < time;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    if (isTerminal(state.status)) return true;
    // Its history was lost before it ended, and it may be started again until its deadline.
    return noted + (parseDuration(head.request.deadline ?? '') ?? reelDeadlineMs) < time;
  }
}
