import { setTimeout as sleep } from 'node:timers/promises';
import { activityInfo, CancelledFailure, Context, log, metricMeter } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { AwaitArgs, AwaitProgress, AwaitResult } from '../../domain/activity-args';
import { observe } from '../../domain/measure';
import { classifyFailure } from '../../runway/failures/classify';
import { failure, failureEnvelope, failureFrom } from '../failure';
import { isKnownStatus, type RunwayTask, type TaskRead } from '../../runway/calls/task-read';
import { countNotFound, notFoundOverMs } from './count-not-found';
import type { ActivityDeps } from '../deps';
import { requireOwnBackend } from '../guards/own-backend';
import { POLL_INTERVALS, pollDelayMs } from '../pacing';
import { noteCost } from '../settle/settle-cost';

/**
 * Waits for the end of one Runway task: one activity for the whole wait, however long it takes. Reading is
 * free, so nothing but the end of the task (or of its memory at Runway) ends it: a bad poll never loses a task.
 *
 * @throws ApplicationFailure with the catalog's verdict when the generation failed.
 */
export function awaitGeneration(deps: ActivityDeps) {
  return (args: AwaitArgs): Promise<AwaitResult> => {
    requireOwnBackend(deps.backend, args.backend);
    return new Wait(deps, args).run();
  };
}

class Wait {
  private progress: AwaitProgress;
  private faults = 0;
  /** The task has ended and is not polled again. */
  private over = false;
  private readonly deadline: number;

  constructor(
    private readonly deps: ActivityDeps,
    private readonly args: AwaitArgs,
  ) {
    this.progress = (activityInfo().heartbeatDetails as AwaitProgress | undefined) ?? {
      progress: 0,
      polls: 0,
    };
    this.deadline = Date.parse(args.deadlineAt);
  }

  async run(): Promise<AwaitResult> {
    try {
      return await this.untilEnded();
    } finally {
      if (this.over) await this.forgetPolls();
    }
  }

  private async untilEnded(): Promise<AwaitResult> {
    let nextPollAt = this.firstPollAt();
    for (;;) {
      if (nextPollAt >= this.deadline) {
        await this.pauseUntil(this.deadline);
        return { status: 'deadline', started: this.progress.runningSince !== undefined };
      }
      this.beat({ nextPollAt: new Date(nextPollAt).toISOString() });
      await this.pauseUntil(nextPollAt);
      const read = await this.poll();
      if (read.kind === 'task' && hasEnded(read.task) && read.task.credits !== undefined) {
        await noteCost(this.deps.storage, this.args, read.task.credits);
      }
      const result = this.take(read);
      if (result) return result;
      nextPollAt = Date.now() + this.delayAfter(read);
    }
  }

  /** After a death the last beat may be older than the last poll, but never older than the poll before it. */
  private firstPollAt(): number {
    const { lastPollAt, nextPollAt } = this.progress;
    const known = [lastPollAt, nextPollAt].filter((at) => at !== undefined).map((at) => Date.parse(at));
    const now = Date.now();
    if (known.length === 0) return now + pollDelayMs(this.args.pollIntervalMs);
    // A planned poll that lies far ahead (a throttled task) was surely not made.
    const latest = Math.max(...known.filter((at) => at <= now));
    // A tenth more, because the last poll may have gone out a little later than it was planned.
    return Math.max(now, (Number.isFinite(latest) ? latest : now) + this.args.pollIntervalMs * 1.1);
  }

  private async poll(): Promise<TaskRead> {
    const { runway } = this.deps;
    const { runwayTaskId } = this.args;
    // Another attempt, here or in another worker, may have polled a moment ago.
    for (let wait; (wait = await this.takeTurn()) > 0;) await this.pauseUntil(Date.now() + wait);
    // An answer may take longer than the heartbeat time-out, and the attempt must not be replaced meanwhile.
    const beating = setInterval(() => this.beat({}), this.args.heartbeatTimeoutMs / 3);
    try {
      const read = await runway.readTask(runwayTaskId, Context.current().cancellationSignal);
      this.stopIfAsked();
      return read;
    } finally {
      clearInterval(beating);
    }
  }

  private async takeTurn(): Promise<number> {
    const { reelId, generation, pollIntervalMs } = this.args;
    try {
      return await this.deps.storage.takePollTurn({ reelId, generation, spacingMs: pollIntervalMs });
    } catch (error) {
      // Reading is free, and a full disk must not lose a paid task.
      log.warn('the distance to polls of other workers is not known', { error });
      return 0;
    }
  }

  private async forgetPolls(): Promise<void> {
    const { reelId, generation } = this.args;
    await this.deps.storage
      .forgetPolls(reelId, generation)
      .catch((error: unknown) => log.warn('a file could not be removed', { error }));
  }

  /** Notes the answer of a poll. @returns the result, once there is one. */
  private take(read: TaskRead): AwaitResult | undefined {
    const now = new Date().toISOString();
    const seen = { polls: this.progress.polls + 1, lastPollAt: now };
    this.faults = read.kind === 'fault' ? this.faults + 1 : 0;
    // A refusal or a 404 is shown while it lasts; 404s count only in a row.
    const { accessRefused, notFound: earlier, ...before } = this.progress;
    switch (read.kind) {
      case 'task': {
        const { status, progress = 0 } = read.task;
        const running = status === 'RUNNING';
        const moved = running && (before.runningSince === undefined || progress > before.progress);
        const same = before.runwayStatus === status;
        if (!same) measurePhase(before);
        this.progress = {
          ...seen,
          runwayStatus: status,
          statusSince: (same && before.statusSince) || now,
          progress: Math.max(before.progress, progress),
          ...definedOnly({
            runningSince: before.runningSince ?? (running ? now : undefined),
            movedAt: moved ? now : before.movedAt,
            unknownSince: isKnownStatus(status) ? undefined : (before.unknownSince ?? now),
          }),
        };
        return this.ended(read.task);
      }
      case 'access_refused': {
        const since = accessRefused?.since ?? now;
        this.progress = {
          ...before,
          ...seen,
          accessRefused: { httpStatus: read.httpStatus, since },
          lastFault: read.words,
        };
        return undefined;
      }
      case 'not_found': {
        const { notFound, gone } = countNotFound(earlier, now, notFoundOverMs(this.args.pollIntervalMs));
        this.progress = { ...before, ...seen, notFound, lastFault: read.words };
        if (gone) {
          const { runwayTaskId: operationId, estimatedCredits: uncertainCredits } = this.args;
          throw failure('task_not_found', { words: read.words, operationId, uncertainCredits });
        }
        return undefined;
      }
      case 'fault':
        log.info('a poll gave no status', {
          runwayTaskId: this.args.runwayTaskId,
          fault: read.words,
          inARow: this.faults,
        });
        this.progress = {
          ...before,
          ...seen,
          ...(accessRefused && { accessRefused }),
          lastFault: read.words,
        };
        return undefined;
    }
  }

  private isOverdue(since: string | undefined): boolean {
    return since !== undefined && Date.now() - Date.parse(since) > this.args.stallPatienceMs;
  }

  private ended(task: RunwayTask): AwaitResult | undefined {
    const { runwayTaskId: operationId, estimatedCredits } = this.args;
    const charge =
      task.credits === undefined ? { uncertainCredits: estimatedCredits } : { chargedCredits: task.credits };
    this.over = hasEnded(task);
    switch (task.status) {
      case 'SUCCEEDED':
        return { status: 'succeeded', ...(task.credits === undefined ? {} : { credits: task.credits }) };
      case 'FAILED':
        throw failureFrom(
          failureEnvelope(classifyFailure(task.failureCode, task.failure), {
            words: [task.failureCode, task.failure].filter(Boolean).join(', '),
            runwayFailureCode: task.failureCode,
            runwayFailure: task.failure,
            operationId,
            ...charge,
          }),
          // The failure of a generation is an event of the reel, not of the worker.
          { benign: true },
        );
      case 'CANCELLED':
        throw failure('cancelled_at_runway', { operationId, ...charge });
      case 'RUNNING':
        return this.isOverdue(this.progress.movedAt) ? { status: 'stalled' } : undefined;
      default:
        // PENDING, THROTTLED, or an unknown status: it may mean anything, so the wait goes on, but not for ever.
        return this.isOverdue(this.progress.unknownSince)
          ? { status: 'stalled', words: `its status is "${task.status}", which is not known here` }
          : undefined;
    }
  }

  private delayAfter(read: TaskRead): number {
    const after = (intervals: number) => pollDelayMs(this.args.pollIntervalMs * intervals);
    switch (read.kind) {
      case 'task':
        return after(read.task.status === 'THROTTLED' ? POLL_INTERVALS.throttled : 1);
      case 'access_refused':
        return after(POLL_INTERVALS.accessRefused);
      case 'not_found':
        return after(POLL_INTERVALS.notFound);
      case 'fault':
        return Math.max(
          after(Math.min(2 ** (this.faults - 1), POLL_INTERVALS.faults)),
          read.retryAfterMs ?? 0,
        );
    }
  }

  /** Sleeps, and beats as often as its time-out needs; a beat after each poll is enough where polls are dense. */
  private async pauseUntil(time: number): Promise<void> {
    const signal = Context.current().cancellationSignal;
    const beatEvery = this.args.heartbeatTimeoutMs / 3;
    for (;;) {
      this.stopIfAsked();
      const now = Date.now();
      if (now >= time) return;
      const pause = Math.min(time - now, beatEvery);
      // `Context.sleep` leaves a callback behind until the activity ends: 1.6 kB for each poll of a long wait.
      await sleep(pause, undefined, { signal }).catch(() => undefined);
      this.stopIfTimeJumped(now + pause);
      if (Date.now() < time) this.beat({});
    }
  }

  /**
   * A frozen process that wakes up finds its timers due, and would poll beside the attempt that may have replaced it, so
   * it hands back. After a clock was set back, this attempt would wait too long: the next one plans anew.
   */
  private stopIfTimeJumped(expected: number): void {
    if (Math.abs(Date.now() - expected) < this.args.heartbeatTimeoutMs / 2) return;
    throw handBack('this process was frozen and may have been replaced, or its clock was set');
  }

  private stopIfAsked(): void {
    const context = Context.current();
    if (!context.cancellationSignal.aborted) return;
    if (context.cancellationDetails?.cancelRequested) throw new CancelledFailure('cancelled while waiting');
    this.beat({});
    throw handBack('the wait goes on elsewhere');
  }

  private beat(change: Partial<AwaitProgress>): void {
    this.progress = { ...this.progress, ...change };
    Context.current().heartbeat(this.progress);
  }
}

function hasEnded({ status }: RunwayTask): boolean {
  return status === 'SUCCEEDED' || status === 'FAILED' || status === 'CANCELLED';
}

/** Measures the phase at Runway that has ended with this poll. */
function measurePhase({ runwayStatus, statusSince }: Partial<AwaitProgress>): void {
  const phase = { THROTTLED: 'waiting_for_slot', PENDING: 'queued_at_runway', RUNNING: 'running' }[
    runwayStatus ?? ''
  ];
  if (phase === undefined || statusSince === undefined) return;
  observe(metricMeter, 'phase', Date.now() - Date.parse(statusSince), { phase });
}

function definedOnly<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Ends this attempt so that the next one takes over at once. The Runway task goes on all the while. */
function handBack(reason: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'Worker.HandedBack',
    message: reason,
    nextRetryDelay: 100,
    category: ApplicationFailureCategory.BENIGN,
  });
}
