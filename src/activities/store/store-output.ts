import { activityInfo, CancelledFailure, Context, log } from '@temporalio/activity';
import type { StoreArgs, StoreResult } from '../../domain/activity-args';
import type { Backend } from '../../domain/backend';
import { isLoopbackHost } from '../../platform/outbound/loopback';
import { STORE_SLOTS } from '../../domain/task-queues';
import type { CheckedVideo } from '../../domain/video-check';
import { asFault, type Download, DownloadFault, openDownload } from '../../platform/outbound/download';
import { type Reach, type Resolve, urlProblem } from '../../platform/outbound/guarded-agent';
import { entryOf } from '../../runway/failures/error-catalog';
import { failure, failureEnvelope } from '../failure';
import type { RunwayTask } from '../../runway/calls/task-read';
import { StorageError } from '../../platform/files/disk-fault';
import { countNotFound, type NotFound, notFoundOverMs } from '../await/count-not-found';
import type { ActivityDeps } from '../deps';
import { stopReason, whileBeating } from '../heartbeat';
import { requireOwnBackend } from '../guards/own-backend';
import {
  backoffMs,
  BAD_OUTPUT_ATTEMPTS,
  BAD_OUTPUT_CAP_MS,
  DOWNLOAD_SHARE_CAP_MS,
  STORE_BACKOFF,
  TASK_NOT_FOUND_CAP_MS,
} from '../pacing';
import { SlotShares } from '../slot-shares';
import { storageCall } from '../storage-call';
import { videoWarnings } from './video-warnings';

/**
 * Downloads the output of a finished task, checks it and puts it into its place. The task is read for a fresh
 * URL at every attempt, so an expired one heals by itself and no signed URL ever stands in the history.
 *
 * @param resolve of names, in tests.
 * @throws ApplicationFailure `Runway.OutputDelayed`: retryable until `until` has passed. `Runway.OutputUnavailable`
 *   when Runway has the task no more.
 */
export function storeOutput(deps: ActivityDeps, resolve?: Resolve) {
  const shares = new SlotShares(STORE_SLOTS);
  return (args: StoreArgs): Promise<StoreResult> => {
    requireOwnBackend(deps.backend, args.backend);
    const seen: Seen = { badOutputs: 0, ...(activityInfo().heartbeatDetails as Seen | undefined) };
    const attempt = new Attempt(deps, args, seen, resolve);
    const leave = shares.take(args.client ?? '');
    if (!leave)
      throw attempt.delayed('other downloads of this client are under way', {
        capMs: DOWNLOAD_SHARE_CAP_MS,
        final: false,
      });
    return whileBeating(
      () => attempt.run(),
      () => seen,
    ).finally(leave);
  };
}

/** Heartbeat details. Losing them costs one more download or read at most. */
interface Seen {
  badOutputs: number;
  /** Set while Runway answers 404 for the task, in a row. */
  notFound?: NotFound;
}

/** What came, or was offered, is no video. */
class BadOutput extends Error {}

interface Delay {
  /** With which Runway refuses to show the task: by it the reel is known to wait for access. */
  readonly httpStatus?: number;
  /** The longest pause before the next attempt. */
  readonly capMs?: number;
  /** False: another attempt is due in any case. */
  readonly final?: false;
}

class Attempt {
  constructor(
    private readonly deps: ActivityDeps,
    private readonly args: StoreArgs,
    private readonly seen: Seen,
    private readonly resolve?: Resolve,
  ) {}

  async run(): Promise<StoreResult> {
    try {
      return await this.store();
    } catch (error) {
      const stopped = stopReason();
      if (stopped === 'cancelled') throw new CancelledFailure('cancelled while storing');
      if (stopped === 'handed_back')
        throw this.delayed('the worker that fetched it stopped', { final: false });
      if (error instanceof BadOutput) throw this.unusable(error.message);
      if (error instanceof DownloadFault) throw this.delayed(error.message);
      throw error;
    }
  }

  private async store(): Promise<StoreResult> {
    const { storage, backend, proxies } = this.deps;
    const { reelId, generation } = this.args;
    const stored = await this.storageCall(() => storage.findVideo(reelId, generation));
    if (stored) return this.result(stored, []);

    const signal = Context.current().cancellationSignal;
    const [url, ...others] = (await this.readTask(signal)).output;
    if (url === undefined) throw new BadOutput('Runway offers no video of the task yet');
    const reach = (target: URL) => this.reachOf(target, backend);
    requireFetchable(url, reach);

    const download = await openDownload(url, { reach, signal, resolve: this.resolve, proxies });
    try {
      const { body: source, bytes: expectedBytes } = download;
      const video = await storage.storeVideo({ reelId, generation, source, expectedBytes, signal });
      return this.result(video, others);
    } catch (error) {
      if (!(error instanceof StorageError)) throw asFault(error);
      if (error.code === 'bad_video') throw new BadOutput(wordsOf(error, download));
      return await this.storageCall(() => Promise.reject(error));
    } finally {
      download.close();
    }
  }

  private async readTask(signal: AbortSignal): Promise<RunwayTask> {
    const read = await this.deps.runway.readTask(this.args.runwayTaskId, signal);
    if (read.kind === 'not_found') throw this.notFound(read.words);
    delete this.seen.notFound;
    Context.current().heartbeat(this.seen);
    if (read.kind !== 'task') {
      const httpStatus = read.kind === 'access_refused' ? read.httpStatus : undefined;
      throw this.delayed(`reading the task: ${read.words}`, { httpStatus });
    }
    if (read.task.status === 'SUCCEEDED') return read.task;
    throw new BadOutput(`Runway shows the task as ${read.task.status}, and no video of it`);
  }

  /** Plain http, and what is not public, only from a Runway on this machine, or from the simulator itself, wherever it is. */
  private reachOf(target: URL, { kind, baseUrl }: Backend): Reach {
    const base = new URL(baseUrl);
    const isOwn = kind === 'simulator' && target.origin === base.origin;
    return isOwn || isLoopbackHost(base.hostname) ? 'anywhere' : 'public';
  }

  /** One that no browser plays is kept like any other, and the reel fails with it. */
  private result(checked: CheckedVideo, others: readonly string[]): StoreResult {
    const { video, notes, notPlayable: words } = checked;
    const { request, backend } = this.args;
    const warnings = [...videoWarnings(request, video, backend.kind === 'simulator'), ...notes];
    if (others.length > 0) {
      warnings.push(`Runway offered ${others.length + 1} outputs; the first one was kept.`);
    }
    if (words === undefined) return { video, warnings };
    const evidence = { words, ...this.facts() };
    return { video, warnings, failure: failureEnvelope(entryOf('output_not_playable'), evidence) };
  }

  private storageCall<T>(call: () => Promise<T>): Promise<T> {
    return storageCall(call, this.facts(), { final: this.isLast() });
  }

  /** Worth another attempt however often it fails: time bounds it. */
  delayed(words: string, { httpStatus, capMs: cap = STORE_BACKOFF.cap, final }: Delay = {}): Error {
    const { runwayTaskId } = this.args;
    log.info('the output could not be fetched yet', { runwayTaskId, reason: words });
    const base = Math.min(STORE_BACKOFF.base, this.deps.policy.pollIntervalMs / 5);
    return failure(
      'output_delayed',
      {
        words,
        waitingFor: `The finished video, which could not be fetched yet: ${words}`,
        ...this.facts(),
        httpStatus,
      },
      { nextRetryDelayMs: backoffMs(activityInfo().attempt, { base, cap }), final: final ?? this.isLast() },
    );
  }

  /** Runway deletes tasks, and may not find one for a moment. The rule is the one by which a task is waited for. */
  private notFound(problem: string): Error {
    const at = new Date().toISOString();
    const overMs = notFoundOverMs(this.deps.policy.pollIntervalMs);
    const { notFound: counted, gone } = countNotFound(this.seen.notFound, at, overMs);
    this.seen.notFound = counted;
    Context.current().heartbeat(this.seen);
    const words = `reading the task: ${problem}`;
    if (gone) return failure('output_unavailable', { words, ...this.facts() });
    // Counted to its end also after the time is over: whether the video can still come is the question then.
    return this.delayed(words, { capMs: Math.min(TASK_NOT_FOUND_CAP_MS, overMs / 4), final: false });
  }

  /** What came is no video. A fresh URL may give a whole one, now or while the link can live. */
  private unusable(words: string): Error {
    this.seen.badOutputs += 1;
    Context.current().heartbeat(this.seen);
    const endsAs010 = this.args.until === undefined && this.seen.badOutputs >= BAD_OUTPUT_ATTEMPTS;
    if (endsAs010) return failure('output_unavailable', { words, ...this.facts() });
    return this.delayed(words, { capMs: BAD_OUTPUT_CAP_MS });
  }

  private isLast(): boolean {
    const { until } = this.args;
    return until !== undefined && Date.now() >= Date.parse(until);
  }

  private facts() {
    const { runwayTaskId, credits } = this.args;
    return { operationId: runwayTaskId, chargedCredits: credits };
  }
}

/** Refuses what the address alone shows to be wrong. The IP address is checked when the connection is opened. */
function requireFetchable(address: string, reach: (url: URL) => Reach): void {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  const problem = isWeb ? urlProblem(url, reach(url)) : 'is none of the web';
  if (problem !== undefined) throw new BadOutput(`The address of the video that Runway offers ${problem}`);
}

/** What is wrong with a file, and what it came as, where that is no video either. */
function wordsOf({ message }: StorageError, { contentType = '' }: Download): string {
  const type = /^[\w.+-]{1,60}\/[\w.+-]{1,60}/.exec(contentType)?.[0];
  if (type === undefined || /^(?:video|binary)\/|^application\/(?:octet-stream|mp4)$/i.test(type))
    return message;
  return `In place of the video came ${type}. ${message}`;
}
