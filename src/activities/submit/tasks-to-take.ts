/** Which Runway tasks a remake may take from the reel that it is made from, as far as our own storage tells. */
import { log } from '@temporalio/activity';
import { isDeepStrictEqual } from 'node:util';
import { sameBackend } from '../../domain/backend';
import type { ReelRecord } from '../../domain/reel';
import type { ReelRequest } from '../../contract/schemas/request';
import { StorageError } from '../../platform/files/disk-fault';
import type { Storage } from '../../storage/storage';
import { storageCall } from '../storage-call';

interface Takeable {
  /** Whether they succeeded is not known here. The latest one first. */
  readonly tasks: readonly string[];
  /** What both reels ask for. */
  readonly request?: ReelRequest;
}

/** Both reels belong to one client and one backend, and ask for the same video, which the earlier one never stored. */
export async function tasksToTake(storage: Storage, reelId: string): Promise<Takeable> {
  const own = await readOrNone(storage, reelId);
  if (own?.head.remakeOf === undefined) return { tasks: [] };
  const earlier = await readOrNone(storage, own.head.remakeOf);
  if (!earlier || !mayTake(own, earlier)) return { tasks: [] };
  return { tasks: await tasksOf(storage, earlier), request: own.head.request };
}

/** One that cannot be read leads to no task: the reel is made as any other. */
async function readOrNone(storage: Storage, reelId: string): Promise<ReelRecord | undefined> {
  return storageCall(async () => {
    try {
      return await storage.readRecord(reelId);
    } catch (error) {
      if (!(error instanceof StorageError && error.code === 'bad_record')) throw error;
      log.warn('a record cannot be read', { reelId, reason: error.message });
      return undefined;
    }
  });
}

function mayTake(own: ReelRecord, earlier: ReelRecord): boolean {
  const { head, state } = earlier;
  if (own.head.client !== head.client) return false;
  if (!sameBackend(own.head.backend, head.backend)) return false;
  // One that was made is made anew when it is ordered again; one whose video cannot be played would be the same again.
  if (state.status === 'succeeded' || state.video || state.failure?.code === 'output_not_playable')
    return false;
  return isDeepStrictEqual(videoOf(own.head.request), videoOf(head.request));
}

/** Of a request, what decides about the video; the fallbacks too, by which its settings may have been changed. */
function videoOf({
  promptText,
  promptImage,
  model,
  ratio,
  duration,
  audio,
  negativePrompt,
  seed,
  fallbacks = [],
}: ReelRequest) {
  return { promptText, promptImage, model, ratio, duration, audio, negativePrompt, seed, fallbacks };
}

/**
 * The tasks of a reel that may have succeeded, the latest first. Its claims know them also where the run was
 * stopped before it wrote its end; its record knows one that it took from a reel before it.
 */
async function tasksOf(storage: Storage, { head, state }: ReelRecord): Promise<readonly string[]> {
  const found = new Map<string, number>();
  for (const { runwayTaskId, number } of state.generations) {
    if (runwayTaskId !== undefined) found.set(runwayTaskId, number);
  }
  for (const key of await storageCall(() => storage.claims.list(head.id))) {
    const claim = await storageCall(() => storage.claims.read(key));
    if (claim?.kind === 'claimed' && claim.answer?.kind === 'created') {
      found.set(claim.answer.runwayTaskId, key.generation);
    }
  }
  const failed = new Set(
    state.generations.filter(({ status }) => status === 'failed').map(({ runwayTaskId }) => runwayTaskId),
  );
  return [...found]
    .filter(([runwayTaskId]) => !failed.has(runwayTaskId))
    .sort(([, a], [, b]) => b - a)
    .map(([runwayTaskId]) => runwayTaskId);
}
