import { Context, log } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { isTerminal } from '../domain/reel';
import type { ReelRecord } from '../domain/reel-state';
import type { Erasure, SweepArgs } from '../domain/tombstone';
import { type Storage, StorageError } from '../storage/storage';
import type { ActivityDeps } from './deps';
import { whileBeating } from './heartbeat';
import { storageCall } from './storage-call';

const BEAT_EVERY_MS = 2_000;

/** Reels of one sweep: keeps its history small, and its work from holding up what is being made. */
const MOST = 200;

/**
 * Finds reels that ended longer ago than they are to be kept, and those whose erasing was begun and is not done: up to
 * 200; the next sweep finds the rest.
 */
export function findExpired({ storage }: Pick<ActivityDeps, 'storage'>) {
  return ({ retentionMs }: SweepArgs): Promise<Erasure[]> =>
    whileBeating(
      BEAT_EVERY_MS,
      () => undefined,
      () =>
        storageCall(async () => {
          const { client, cancellationSignal } = Context.current();
          const now = Date.now();
          const found: Erasure[] = [];
          for await (const id of storage.reelIds()) {
            cancellationSignal.throwIfAborted();
            const record = await readOrSkip(storage, id);
            const erasure = record && (await erasureOf(storage, client, record, now, retentionMs));
            if (erasure) found.push(erasure);
            if (found.length === MOST) break;
          }
          return found;
        }),
    );
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
  client: Client,
  record: ReelRecord,
  now: number,
  retentionMs: number,
): Promise<Erasure | undefined> {
  const { head, workflowId } = record;
  const { id, backend, bodyHash } = head;
  const begun = await storage.readTombstone(id);
  const endedAt = begun ? undefined : await endOf(client, record);
  if (!begun && !(endedAt !== undefined && now - endedAt > retentionMs)) return undefined;
  const deletedAt = new Date(now).toISOString();
  const tombstone = begun ?? { schemaVersion: 1, id, client: head.client, bodyHash, deletedAt };
  return { tombstone, workflowId, backend };
}

/** @returns epoch milliseconds; undefined while the reel is being made. */
async function endOf(client: Client, { workflowId, state }: ReelRecord): Promise<number | undefined> {
  const noted = Date.parse(state.finishedAt ?? state.updatedAt);
  if (isTerminal(state.status)) return noted;
  // It runs, or was terminated and could not write its end.
  try {
    const { status, closeTime } = await client.workflow.getHandle(workflowId).describe();
    if (status.name === 'RUNNING' || status.name === 'PAUSED') return undefined;
    return closeTime?.getTime() ?? noted;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return noted;
    throw error;
  }
}
