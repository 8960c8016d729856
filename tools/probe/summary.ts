import type { CounterChange, ProbeReport, Seen } from './report';

/** The report in a few lines, safe to paste into an issue. */
export function summarize(report: ProbeReport): string {
  const { simulated, order, watched, routerLog, deletion, image, disturbed, problems } = report;
  const lines = [
    `Probe of ${simulated ? 'the simulator: nothing here is about Runway' : 'Runway'}, ${report.startedAt}, ` +
      `${order.model} ${order.ratio} ${order.duration} s`,
  ];
  if (watched) {
    const first = (field: 'credits' | 'dailyGenerations') =>
      watched.counters.find((change) => change[field] !== 0);
    const statuses = [...new Set(watched.progress.map(({ status }) => status))];
    lines.push(
      `- the create was answered after ${seconds(watched.answeredMs)}`,
      `- dailyGenerations showed it ${when(first('dailyGenerations'))}`,
      `- creditBalance showed it ${when(first('credits'))}: ${watched.counters.map(changeText).join(', ') || 'no change'}`,
      `- it went ${statuses.join(' → ')} in ${seconds(watched.progress.at(-1)?.afterMs ?? 0)} ` +
        `(${watched.progress.length} reads) and cost ${watched.chargedCredits ?? 'an unknown number of'} credits`,
    );
  }
  if (routerLog) lines.push(`- the router's log showed its create ${when(routerLog.seen)}`);
  if (deletion) {
    const { creditsGone, estimatedCredits, lookedForMs, progressBefore, httpStatus, readAfter } = deletion;
    lines.push(
      `- deleted while RUNNING (progress ${progressBefore ?? 'unknown'}, answer ${httpStatus ?? 'none'}, reads as "${readAfter}"): ` +
        `${creditsGone} of ${estimatedCredits} credits are gone ${seconds(lookedForMs)} later`,
    );
  }
  if (image) {
    lines.push(
      `- image on ${image.host}: POST sent ${image.sentAt}, answered ${seconds(image.answeredMs)} later; ` +
        `look for the fetch in the log of that host (${image.progress.map(({ afterMs, status }) => `${status} +${seconds(afterMs)}`).join(', ')})`,
    );
  }
  if (disturbed) lines.push('- others used the account meanwhile: balance and counters are not only ours');
  lines.push(...problems.map((problem) => `- problem: ${problem}`));
  return lines.join('\n');
}

function when(seen: Seen | undefined): string {
  if (!seen) return 'never while it was watched';
  const { afterMs, notYetMs } = seen;
  return notYetMs === undefined
    ? `at the first look, within ${seconds(afterMs)}`
    : `between ${seconds(notYetMs)} and ${seconds(afterMs)} after the POST`;
}

function changeText({ afterMs, credits }: CounterChange): string {
  return `${credits} at +${seconds(afterMs)}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
