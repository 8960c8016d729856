/** What a reel's workflow measures. A replay measures nothing again, and no measure is a command in the history. */
import { metricMeter } from '@temporalio/workflow';
import { count, observe } from '../../domain/measure';
import type { ReelHead, ReelState } from '../../domain/reel';

export function countGeneration({ generations }: ReelState, number: number, failureCode = 'none'): void {
  for (const { model, status } of generations.filter((generation) => generation.number === number)) {
    count(metricMeter, 'generationsEnded', 1, { model, status, failure_code: failureCode });
  }
}

export function countLostAnswer(settled: 'adopted' | 'absent' | 'regenerate' | 'abandoned'): void {
  count(metricMeter, 'lostAnswers', 1, { settled });
}

/** @param lastFailure code of the last generation that failed, where one did. */
export function countReel({ createdAt }: ReelHead, state: ReelState, lastFailure?: string): void {
  const { status, failure, generations, credits, finishedAt = state.updatedAt } = state;
  count(metricMeter, 'reelsEnded', 1, { status, failure_code: failure?.code ?? 'none' });
  observe(metricMeter, 'reelDuration', Date.parse(finishedAt) - Date.parse(createdAt), { status });
  count(metricMeter, 'creditsCharged', credits.charged, {});
  count(metricMeter, 'creditsUncertain', credits.uncertain, {});
  const delivered = status === 'succeeded' ? generations.at(-1) : undefined;
  count(metricMeter, 'creditsWasted', credits.charged - (delivered?.credits ?? 0), {});
  if (!delivered) return;
  const regenerations = generations.length - 1;
  if (regenerations > 0) {
    count(metricMeter, 'reelsRescued', 1, {
      failure_code: lastFailure ?? 'none',
      regenerations: regenerations > 3 ? 'more' : String(regenerations),
    });
  }
  observe(
    metricMeter,
    'completionLag',
    Date.parse(finishedAt) - Date.parse(delivered.endedAt ?? finishedAt),
    {},
  );
}

/** Measures each phase when the next one begins. */
export class PhaseClock {
  private since = Date.now();
  private phase = 'submitting';

  show({ status, phase }: ReelState): void {
    const next = status === 'needs_decision' ? status : phase;
    if (next === this.phase) return;
    const now = Date.now();
    // `awaitGeneration` measures the phases of a task itself, by its polls.
    if (this.phase !== 'queued_at_runway')
      observe(metricMeter, 'phase', now - this.since, { phase: this.phase });
    this.phase = next;
    this.since = now;
  }
}
