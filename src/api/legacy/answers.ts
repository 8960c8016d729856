/** Reels and problems in the words of the old front end. */
import type { LegacyFailure, LegacySuccess } from '../../contract/schemas/legacy';
import type { Reel } from '../../contract/schemas/reel';
import type { ReelFailure } from '../../contract/schemas/failure';
import type { Problem } from '../http/problem';

export interface LegacyAnswer {
  readonly status: number;
  readonly body: LegacySuccess | LegacyFailure;
}

/** @param warnings about the request; those of the reel are added. */
export function answerOf(reel: Reel, warnings: readonly string[]): LegacyAnswer {
  const { id: reelId, video, failure, links } = reel;
  if (video) {
    const all = [...warnings, ...reel.warnings];
    const { width, height, durationSeconds: duration } = video;
    return {
      status: 200,
      body: {
        success: true,
        videoUrl: video.url,
        duration,
        aspectRatio: aspectRatio(width, height),
        resolution: `${width}x${height}`,
        reelId,
        ...(all.length > 0 && { warnings: all }),
      },
    };
  }
  const where = { reelUrl: links.self, reelId };
  if (failure) {
    return {
      status: statusOf(failure),
      body: { error: failure.message, troubleshooting: help(failure), ...where },
    };
  }
  if (reel.status === 'cancelled') {
    const troubleshooting = ['Send the request again to make the reel.'];
    return { status: 409, body: { error: 'The reel was cancelled.', troubleshooting, ...where } };
  }
  return { status: 504, body: { ...unfinished(reel), ...where } };
}

function unfinished({ decision, waiting, links }: Reel): Pick<LegacyFailure, 'error' | 'troubleshooting'> {
  if (decision) {
    return {
      error:
        decision.about === 'output'
          ? 'The finished video could not be fetched: a person must decide.'
          : "Runway's answer was lost, and nobody knows whether the video is being made: a person must decide.",
      troubleshooting: [
        ...decision.choices.map(({ action, text }) => `${action}: ${text}`),
        `Decide with POST ${links.self}/resolve`,
      ],
    };
  }
  return {
    error: 'The reel is not done yet. It goes on by itself.',
    troubleshooting: [
      ...(waiting ? [`It waits: ${waiting.for}.`] : []),
      'Send the same request again: it joins this reel, and nothing is paid twice.',
      `Look at it: ${links.self}`,
    ],
  };
}

/** 422 for what the user of the page can change, 502 for all else. */
function statusOf({ category }: ReelFailure): number {
  return category === 'input' || category === 'safety' ? 422 : 502;
}

function help({ advice, operationId }: ReelFailure): string[] {
  if (operationId === undefined) return [...advice];
  return [...advice, `The Operation ID for Runway's support: ${operationId}`];
}

/** A request that was refused, or could not be answered. */
export function refusalOf(problem: Problem): LegacyFailure {
  if (problem.status === 503) {
    const again = 'Send the same request again in a moment: if its reel was started, it joins it.';
    return { error: problem.title, troubleshooting: [again] };
  }
  const { issues } = problem;
  return { error: problem.title, troubleshooting: issues?.map(({ message }) => message) ?? [problem.detail] };
}

/** Says that the reel had ended before: it was not made, or paid for, now. */
export function joinedWarning(finishedAt: string): string {
  return (
    `This reel was made before (it ended at ${finishedAt}); nothing was paid for now. ` +
    'To make another one, send the request again in a minute.'
  );
}

function aspectRatio(width: number, height: number): string {
  const divisor = greatestCommonDivisor(width, height);
  return `${width / divisor}:${height / divisor}`;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
