import { activityInfo, CancelledFailure, Context, log } from '@temporalio/activity';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { StoreArgs, StoreResult } from '../domain/activity-args';
import type { Backend } from '../domain/backend';
import { isLoopbackHost } from '../domain/loopback';
import type { CheckedVideo } from '../domain/video-check';
import { entryOf } from '../runway/error-catalog';
import { failureEnvelope } from '../runway/failure-envelope';
import { StorageError } from '../storage/storage';
import { countNotFound, type NotFound } from './count-not-found';
import type { ActivityDeps } from './deps';
import { failure } from './fail';
import { stopReason, whileBeating } from './heartbeat';
import { requireOwnBackend } from './own-backend';
import { backoffMs } from './pacing';
import { storageCall } from './storage-call';
import { videoWarnings } from './video-warnings';

const BEAT_EVERY_MS = 2_000;
const RETRY_BASE_MS = 1_000;
const RETRY_CAP_MS = 300_000;
/** After a 404 the task is soon looked at again: whoever waits for a video that is gone is to be told in minutes. */
const NOT_FOUND_CAP_MS = 30_000;
/** Attempts at an output that arrives whole and is no video, or is not offered at all. Others do not count. */
const BAD_OUTPUT_ATTEMPTS = 6;
/** A download that sends nothing for this long is given up and begun anew. */
const STALL_MS = 60_000;

/**
 * Downloads the output of a finished task, checks it and puts it into its place. The task is read for a fresh
 * URL at every attempt, so an expired one heals by itself and no signed URL ever stands in the history.
 *
 * @throws ApplicationFailure `Runway.OutputUnavailable`: retryable, until it is certain that no video comes.
 */
export function storeOutput(deps: ActivityDeps) {
  return (args: StoreArgs): Promise<StoreResult> => {
    requireOwnBackend(deps.backend, args.backend);
    const seen: Seen = { badOutputs: 0, ...(activityInfo().heartbeatDetails as Seen | undefined) };
    return whileBeating(
      BEAT_EVERY_MS,
      () => seen,
      async () => {
        try {
          return await store(deps, args, seen);
        } catch (error) {
          if (stopReason() === 'cancelled') throw new CancelledFailure('cancelled while storing');
          throw error instanceof BadOutput ? unusable(args, error.message, seen) : error;
        }
      },
    );
  };
}

/** Heartbeat details. What is forgotten of them costs one more look at the output. */
interface Seen {
  badOutputs: number;
  /** Set while Runway answers 404 for the task, in a row. */
  notFound?: NotFound;
}

class BadOutput extends Error {}

async function store(
  { backend, runway, storage }: ActivityDeps,
  args: StoreArgs,
  seen: Seen,
): Promise<StoreResult> {
  const stored = await storageCall(() => storage.findVideo(args.reelId, args.generation), factsOf(args));
  if (stored) return result(stored, args, []);

  const signal = Context.current().cancellationSignal;
  const read = await runway.readTask(args.runwayTaskId, signal);
  if (read.kind === 'not_found') throw notFound(args, read.words, seen);
  delete seen.notFound;
  Context.current().heartbeat(seen);
  if (read.kind !== 'task') {
    const httpStatus = read.kind === 'access_refused' ? read.httpStatus : undefined;
    throw again(args, `reading the task: ${read.words}`, { httpStatus });
  }
  const [url, ...others] = read.task.output;
  if (read.task.status !== 'SUCCEEDED' || url === undefined) throw new BadOutput('Runway offers no output');
  requireAllowed(url, backend);

  const download = await open(url, args, signal);
  try {
    const video = await storage.storeVideo({
      reelId: args.reelId,
      generation: args.generation,
      source: download.body,
      expectedBytes: download.bytes,
      signal,
    });
    return result(video, args, others);
  } catch (error) {
    if (error instanceof StorageError && error.code === 'bad_video') throw new BadOutput(error.message);
    if (error instanceof StorageError) return await storageCall(() => Promise.reject(error), factsOf(args));
    throw again(args, `downloading: ${describe(error)}`);
  } finally {
    download.close();
  }
}

/** One that no browser plays is kept like any other, and the reel fails with it. */
function result(checked: CheckedVideo, args: StoreArgs, others: readonly string[]): StoreResult {
  const { video, notes, notPlayable: words } = checked;
  const warnings = [...videoWarnings(args.request, video, args.backend.kind === 'simulator'), ...notes];
  if (others.length > 0)
    warnings.push(`Runway offered ${others.length + 1} outputs; the first one was kept.`);
  if (words === undefined) return { video, warnings };
  const evidence = { words, ...factsOf(args) };
  return { video, warnings, failure: failureEnvelope(entryOf('output_not_playable'), evidence) };
}

/** Plain http only from a Runway that is on this machine, or from the simulator itself, wherever it is. */
function requireAllowed(url: string, backend: Backend): void {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (target?.protocol === 'https:') return;
  const base = new URL(backend.baseUrl);
  if (target?.protocol === 'http:' && isLoopbackHost(base.hostname)) return;
  if (backend.kind === 'simulator' && target?.origin === base.origin) return;
  throw new BadOutput('Runway offers its output at an address that is not https');
}

async function open(url: string, args: StoreArgs, signal: AbortSignal) {
  const stall = new AbortController();
  let timer = setTimeout(() => stall.abort(new Error('the download stood still')), STALL_MS);
  const moved = () => {
    clearTimeout(timer);
    timer = setTimeout(() => stall.abort(new Error('the download stood still')), STALL_MS);
  };
  const close = () => {
    clearTimeout(timer);
    stall.abort();
  };
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, stall.signal]), redirect: 'error' });
    if (!response.ok || !response.body) throw again(args, `downloading: HTTP ${response.status}`);
    // Of a body that was sent compressed, the length says nothing about the file.
    const encoded = response.headers.has('content-encoding');
    const length = Number((encoded ? null : response.headers.get('content-length')) ?? Number.NaN);
    const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
    body.on('data', moved);
    body.pause();
    return { body, bytes: Number.isSafeInteger(length) ? length : undefined, close };
  } catch (error) {
    close();
    if (error instanceof Error && error.name === 'ApplicationFailure') throw error;
    throw again(args, `downloading: ${describe(error)}`);
  }
}

/** Worth another attempt however often it fails: the policy bounds it by time. */
function again(args: StoreArgs, words: string, options?: StoreFailureOptions) {
  log.info('the output could not be fetched yet', { runwayTaskId: args.runwayTaskId, reason: words });
  return storeFailure(args, words, options);
}

/** Runway deletes tasks, and may not find one for a moment. The rule is the one by which a task is waited for. */
function notFound(args: StoreArgs, problem: string, seen: Seen) {
  const { notFound: counted, gone } = countNotFound(seen.notFound, new Date().toISOString());
  seen.notFound = counted;
  Context.current().heartbeat(seen);
  const words = `reading the task: ${problem}`;
  if (gone) return failure('output_unavailable', { words, ...factsOf(args) });
  return again(args, words, { capMs: NOT_FOUND_CAP_MS });
}

/** What came is no video: worth a few attempts, because a fresh URL may give a whole one. */
function unusable(args: StoreArgs, words: string, seen: Seen) {
  seen.badOutputs += 1;
  Context.current().heartbeat(seen);
  return seen.badOutputs >= BAD_OUTPUT_ATTEMPTS
    ? failure('output_unavailable', { words, ...factsOf(args) })
    : storeFailure(args, words);
}

interface StoreFailureOptions {
  /** With which Runway refuses to show the task: by it the reel is known to wait for access. */
  readonly httpStatus?: number;
  /** The longest pause before the next attempt. */
  readonly capMs?: number;
}

function storeFailure(
  args: StoreArgs,
  words: string,
  { httpStatus, capMs = RETRY_CAP_MS }: StoreFailureOptions = {},
) {
  const nextRetryDelayMs = backoffMs(activityInfo().attempt, RETRY_BASE_MS, capMs);
  return failure('output_delayed', { words, ...factsOf(args), httpStatus }, { nextRetryDelayMs });
}

function factsOf({ runwayTaskId, credits }: StoreArgs) {
  return { operationId: runwayTaskId, chargedCredits: credits };
}

function describe(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { message?: string } };
  return [message, cause?.message].filter(Boolean).join(': ') || 'connection fault';
}
