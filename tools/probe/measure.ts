/** The measurement itself: what is ordered, what is watched, and what stops it. */
import { randomBytes } from 'node:crypto';
import type { ProbePlan } from './plan';
import type { ProbeReport, ProgressStep, Submission } from './report';
import type { Counters, Sent, Vendor } from './vendor';
import { CounterWatch, type Pace, watch, watchTask } from './watch';

export interface Probe {
  readonly vendor: Vendor;
  readonly plan: ProbePlan;
  readonly pace: Pace;
  readonly say: (line: string) => void;
  /** Stops the probe; a video that was ordered goes on. */
  readonly signal?: AbortSignal;
}

/** Runs all measurements. Fills the report as it goes: a probe that is stopped shows what it has. Never throws. */
export async function measure(probe: Probe, report: ProbeReport): Promise<void> {
  const { vendor, plan, signal } = probe;
  let before: Counters | undefined;
  try {
    before = await readCounters(vendor, plan.model);
    await watchOne(probe, before, report);
    await deleteOne(probe, await readCounters(vendor, plan.model), report);
    await fromImage(probe, report);
  } catch (error) {
    report.problems.push(
      signal?.aborted
        ? 'Stopped by hand. A video that was ordered goes on at Runway, and is charged.'
        : error instanceof Error
          ? error.message
          : String(error),
    );
  }
  const after = await vendor.readCounters(plan.model);
  if (before && after) {
    const orders = [report.watched, report.routerLog, report.image];
    const ours = orders.filter((order) => order?.taskId !== undefined).length;
    report.disturbed = after.allDailyGenerations - before.allDailyGenerations > ours;
  }
  report.endedAt = new Date().toISOString();
}

/** Orders a video and watches it, and the counters, to the end. */
async function watchOne(probe: Probe, before: Counters, report: ProbeReport): Promise<void> {
  const { vendor, plan, pace, say, signal } = probe;
  say('Ordering a video and watching it to its end …');
  const sent = await vendor.create(plan.create);
  const counters = new CounterWatch(vendor, plan.model, before, sent.sentAt);
  const progress: ProgressStep[] = [];
  report.watched = { ...submissionOf(sent), counters: counters.changes, progress };
  const taskId = await acceptable(sent, plan.credits, vendor, report);

  let settleUntil = Number.POSITIVE_INFINITY;
  const watching = watchTask(probe, { taskId, sentAt: sent.sentAt }, progress).finally(() => {
    settleUntil = Date.now() + pace.settleMs;
  });
  const forMs = pace.patienceMs + pace.settleMs;
  const counting = watch({ everyMs: pace.countersMs, forMs, signal }, async () => {
    await counters.look();
    return Date.now() >= settleUntil ? 'done' : 'again';
  });
  const [chargedCredits] = await both(watching, counting);
  report.watched = { ...report.watched, chargedCredits };
}

/** Orders a video through a router, waits for the log to show it, and deletes it once it runs. */
async function deleteOne(probe: Probe, before: Counters, report: ProbeReport): Promise<void> {
  const { vendor, plan, say } = probe;
  say('Ordering a video through a router, to be deleted while it runs …');
  const slug = `durable-reels-probe-${randomBytes(4).toString('hex')}`;
  const { id: routerId, problem } = await vendor.createRouter(slug, plan);
  let routed = true;
  try {
    let sent = routerId === undefined ? undefined : await vendor.generate(slug, plan);
    if (sent === undefined || sent.refused) {
      report.problems.push(`The router could not be used: ${sent?.problem ?? problem}`);
      // Surely nothing was ordered, and the question what a deletion costs needs no router.
      sent = await vendor.create(plan.create);
      routed = false;
    }
    report.routerLog = submissionOf(sent);
    const taskId = await acceptable(sent, plan.credits, vendor, report);
    const order = { taskId, sentAt: sent.sentAt };
    await both(
      watchLog(probe, { ...order, routerId: routed ? routerId : undefined }, report),
      deleteWhenRunning(probe, { ...order, before }, report),
    );
  } finally {
    if (routerId !== undefined && !(await vendor.deleteRouter(routerId))) {
      report.problems.push(`The router ${slug} could not be deleted: delete it in the developer portal.`);
    }
  }
}

async function watchLog(
  { vendor, pace, signal }: Probe,
  { routerId, taskId, sentAt }: { routerId?: string; taskId: string; sentAt: number },
  report: ProbeReport,
): Promise<void> {
  if (routerId === undefined) return;
  let notYetMs: number | undefined;
  await watch({ everyMs: pace.logMs, forMs: pace.logPatienceMs, signal }, async () => {
    const askedMs = Date.now() - sentAt;
    const line = await vendor.findInLog(routerId, taskId);
    if (line && report.routerLog) {
      report.routerLog = { ...report.routerLog, seen: { afterMs: Date.now() - sentAt, notYetMs, line } };
      return 'done';
    }
    notYetMs = askedMs;
    return 'again';
  });
}

async function deleteWhenRunning(
  probe: Probe,
  { taskId, sentAt, before }: { taskId: string; sentAt: number; before: Counters },
  report: ProbeReport,
): Promise<void> {
  const { vendor, plan, pace, signal } = probe;
  const steps: ProgressStep[] = [];
  await watchTask(probe, { taskId, sentAt, stopAt: 'RUNNING' }, steps);
  const last = steps.at(-1);
  if (last?.status !== 'RUNNING') {
    report.problems.push(`Not deleted: the task was not seen running; the last was ${last?.status}.`);
    return;
  }
  const deletedAt = Date.now();
  const httpStatus = await vendor.deleteTask(taskId);
  const after = await vendor.readTask(taskId);
  const counters = new CounterWatch(vendor, plan.model, before, sentAt);
  await watch({ everyMs: pace.countersMs, forMs: pace.settleMs, signal }, async () => {
    await counters.look();
    return 'again';
  });
  report.deletion = {
    deletedAt: new Date(deletedAt).toISOString(),
    progressBefore: last.progress,
    httpStatus,
    readAfter: after.kind === 'task' ? after.task.status : after.words,
    creditsGone: counters.creditsGone,
    estimatedCredits: plan.credits,
    lookedForMs: Date.now() - deletedAt,
    counters: counters.changes,
  };
}

/** Orders a video from an image: the host of the image sees when Runway fetches it. */
async function fromImage(probe: Probe, report: ProbeReport): Promise<void> {
  const { vendor, plan, say } = probe;
  if (!plan.image) return;
  say('Ordering a video from your image …');
  const { create, credits, host } = plan.image;
  const sent = await vendor.create(create);
  const progress: ProgressStep[] = [];
  report.image = { ...submissionOf(sent), host, progress };
  const taskId = await acceptable(sent, credits, vendor, report);
  await watchTask(probe, { taskId, sentAt: sent.sentAt }, progress);
}

async function readCounters(vendor: Vendor, model: string): Promise<Counters> {
  const counters = await vendor.readCounters(model);
  if (!counters)
    throw new Error('Runway did not show the counters of the account: nothing more was ordered.');
  return counters;
}

/** The task that was ordered. @throws Error when there is none, or it costs more than was announced. */
async function acceptable(
  { taskId, estimatedCredits = 0, refused, problem }: Sent,
  credits: number,
  vendor: Vendor,
  report: ProbeReport,
): Promise<string> {
  if (taskId === undefined) {
    throw new Error(
      refused
        ? `The order was refused, and nothing is charged: ${problem}`
        : `The answer to the order was lost (${problem}): a task may exist. Look into the Request History of the developer portal.`,
    );
  }
  if (estimatedCredits <= credits) return taskId;
  const status = await vendor.deleteTask(taskId);
  report.problems.push(`Task ${taskId} was deleted at once (answer: ${status ?? 'none'}).`);
  throw new Error(
    `Runway asks for ${estimatedCredits} credits in place of ${credits}: the probe stops here.`,
  );
}

/** Waits for both also when one fails: nothing goes on behind the report. */
async function both<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  const [first, second] = await Promise.allSettled([a, b]);
  if (first.status === 'rejected') throw first.reason;
  if (second.status === 'rejected') throw second.reason;
  return [first.value, second.value];
}

function submissionOf({ sentAt, answeredAt, taskId, requestId, estimatedCredits }: Sent): Submission {
  return {
    sentAt: new Date(sentAt).toISOString(),
    answeredMs: answeredAt - sentAt,
    taskId,
    requestId,
    estimatedCredits,
  };
}
