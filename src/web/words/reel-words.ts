/**
 * How a reel stands, for somebody who is no programmer. The technical name is kept beside it, for small print. Pure.
 */
import type { Generation, Phase, Reel } from '../../contract/schemas/reel';
import { formatCredits } from '../../contract/money';
import { formatUntil } from './time';
import { cutText } from '../../contract/text';

export interface ReelWords {
  readonly headline: string;
  /** What it means, or what to expect. */
  readonly detail?: string;
  /** A time that is waited for: the page counts down to it. */
  readonly next?: Next;
  readonly technical: string;
  readonly tone: Tone;
}

export interface Next {
  readonly at: string;
  readonly before: string;
  /** `1 of 3` */
  readonly count?: string;
  readonly after: string;
}

export type Tone = 'working' | 'waiting' | 'attention' | 'good' | 'bad' | 'neutral';

/** What the page knows besides the reel. */
export interface Around {
  /** Videos that the plan makes at a time with this model. */
  readonly slots?: number;
}

export function describeReel(reel: Reel, around: Around = {}): ReelWords {
  const technical = technicalOf(reel);
  switch (reel.status) {
    case 'queued':
      return {
        headline: 'Accepted',
        detail: 'It starts in a moment. You can close this page: the reel goes on without it.',
        technical,
        tone: 'working',
      };
    case 'in_progress':
      return { ...whileMade(reel, around), technical };
    case 'needs_decision':
      return {
        headline: 'Your decision is needed',
        detail:
          reel.decision?.about === 'output'
            ? `The video is made, but it could not be fetched from Runway. ${chargedWords(reel)}`
            : `We ordered the video but got no clear answer. ${mayExist(reel)}`,
        technical,
        tone: 'attention',
      };
    case 'succeeded':
      return { headline: 'Your reel is ready', technical, tone: 'good' };
    case 'failed':
      return {
        headline: reel.failure?.title ?? 'The reel could not be made',
        ...detailOf(reel.failure),
        technical,
        tone: 'bad',
      };
    case 'cancelled':
      return { headline: 'Stopped', detail: chargedWords(reel), technical, tone: 'neutral' };
  }
}

/** What must not be missed, before anything else is read. */
function detailOf(failure: Reel['failure']): { readonly detail?: string } {
  if (failure?.code === 'insufficient_credits')
    return { detail: 'They are bought at dev.runwayml.com, apart from those of app.runwayml.com.' };
  if (failure?.category !== 'safety') return {};
  const what = failure.code === 'safety_output' ? 'the same prompt' : 'them';
  return { detail: `Sending ${what} again can get your account suspended.` };
}

/** `$0.80 (80 credits)`, with what is not known yet. */
export function chargedWords({ credits: { charged, uncertain } }: Pick<Reel, 'credits'>): string {
  if (uncertain === 0) return charged === 0 ? 'Nothing was charged.' : `Charged: ${formatCredits(charged)}.`;
  const perhaps = `${formatCredits(uncertain)} may have been charged: not known yet.`;
  return charged === 0 ? perhaps : `Charged: ${formatCredits(charged)}. Another ${perhaps}`;
}

/** `One video ($0.80 (80 credits)) may exist` reads badly: here the sum stands after it. */
function mayExist(reel: Pick<Reel, 'credits' | 'generations'>): string {
  const lost = reel.generations.filter(({ status }) => status === 'uncertain');
  const count = lost.length > 1 ? `${lost.length} videos` : 'One video';
  return `${count} may exist, for ${formatCredits(reel.credits.uncertain)}.`;
}

type Making = Omit<ReelWords, 'technical'>;

function whileMade(reel: Reel, { slots }: Around): Making {
  const { waiting, phase } = reel;
  if (waiting?.for === 'The cancellation') {
    return { headline: 'Stopping', detail: 'Runway is told to stop the video.', tone: 'waiting' };
  }
  if (waiting?.for.startsWith('An operator paused')) {
    return {
      headline: 'Paused',
      detail: 'Somebody paused this reel in Temporal. It goes on when they resume it.',
      tone: 'attention',
    };
  }
  switch (phase) {
    case 'submitting':
      return { headline: 'Ordering the video from Runway', tone: 'working' };
    case 'queued_at_runway':
      return { headline: 'In line at Runway', detail: 'Runway has the order.', tone: 'working' };
    case 'running':
      return { headline: 'Runway is making your video', tone: 'working', ...nextTry(waiting?.nextAt) };
    case 'storing':
    case 'done':
      return {
        headline: 'Saving and checking the video',
        tone: waiting ? 'waiting' : 'working',
        ...(waiting && { detail: waiting.for }),
        ...nextTry(waiting?.nextAt),
      };
    case 'waiting_for_slot':
      return {
        headline:
          slots === undefined
            ? 'Waiting for a free slot: your plan makes only so many videos at a time'
            : `Waiting for a free slot: your plan makes ${slots} ${slots === 1 ? 'video' : 'videos'} at a time`,
        detail: 'Runway has the order and begins when another of your videos is done.',
        tone: 'waiting',
      };
    case 'waiting_to_retry':
      return beforeRetry(reel);
    case 'waiting_for_runway':
      return {
        headline: 'Waiting for Runway to be well again',
        detail: `Runway reports: ${incidentOf(reel)}. Your prompt is fine, and no try is used up.`,
        tone: 'waiting',
        ...next(waiting?.nextAt, 'Next look in', 'Looking at Runway’s status now.'),
      };
    case 'waiting_for_quota':
      return {
        headline: 'Runway’s limit for your account is reached',
        detail: 'Runway took nothing. The order is sent again when it allows.',
        tone: 'waiting',
        ...nextTry(waiting?.nextAt),
      };
    case 'waiting_for_access':
      return {
        headline: 'Runway does not let us in at the moment',
        detail:
          'The video is not lost. Check the API key and the account at dev.runwayml.com: it goes on by itself when they are right.',
        tone: 'attention',
        ...next(waiting?.nextAt, 'Next look in', 'Looking now.'),
      };
    case 'waiting_for_fallback':
      return {
        headline: 'Waiting a few hours before the next try, as you allowed',
        detail: 'You can close this page: the reel goes on without it.',
        tone: 'waiting',
        ...nextTry(waiting?.nextAt),
      };
  }
}

/** Either a generation failed and the next one follows, or an order has not been taken yet. */
function beforeRetry({ waiting, generations, credits }: Reel): Making {
  const last = generations.at(-1);
  if (last?.status === 'uncertain') {
    return {
      headline: 'We ordered the video but got no clear answer',
      detail: `${mayExist({ credits, generations })} We look for it before anything else is ordered.`,
      tone: 'attention',
    };
  }
  if (last?.endedAt === undefined) {
    return {
      headline: 'Runway did not take the order yet',
      detail: 'It is sent again by itself.',
      tone: 'waiting',
      ...nextTry(waiting?.nextAt),
    };
  }
  return {
    headline: blame(last),
    ...(last.credits === 0 && { detail: 'Nothing was charged.' }),
    tone: 'waiting',
    ...nextTry(waiting?.nextAt, waiting?.number, waiting?.limit),
  };
}

function blame({ failureCode = '' }: Generation): string {
  if (failureCode.startsWith('THIRD_PARTY'))
    return 'The maker of the model could not be reached; your prompt is fine';
  return 'Runway had a problem; your prompt is fine';
}

function nextTry(at: string | undefined, number?: number, limit?: number): Pick<Making, 'next'> {
  const count = number !== undefined && limit !== undefined ? `${number} of ${limit}` : undefined;
  return next(at, 'Next try in', 'Trying again now.', count);
}

function next(at: string | undefined, before: string, after: string, count?: string): Pick<Making, 'next'> {
  return at === undefined ? {} : { next: { at, before, after, ...(count !== undefined && { count }) } };
}

/** `Next try in 12 s (1 of 3).` and, when the time has come, what happens now. */
export function nextWords({ at, before, count, after }: Next, now: number): string {
  const left = formatUntil(at, now);
  if (left === undefined) return after;
  return `${before} ${left}${count === undefined ? '' : ` (${count})`}.`;
}

function incidentOf({ waiting }: Reel): string {
  return waiting?.service?.incident?.name ?? 'an incident on its public API';
}

function technicalOf({ status, phase, waiting, failure }: Reel): string {
  const code = failure && [failure.runwayFailureCode, failure.code].filter(Boolean).join(' · ');
  return [status, ...(status === 'in_progress' ? [phase] : []), waiting?.for, code]
    .filter(Boolean)
    .join(' · ');
}

const SHORT = {
  submitting: 'Ordering',
  waiting_for_slot: 'Waiting',
  queued_at_runway: 'In line',
  running: 'Being made',
  waiting_to_retry: 'Trying again',
  waiting_for_runway: 'Waiting for Runway',
  waiting_for_quota: 'Waiting for Runway',
  waiting_for_access: 'Check the key',
  waiting_for_fallback: 'Waiting',
  storing: 'Saving',
  done: 'Saving',
} as const satisfies Record<Phase, string>;

/** Two or three words for a badge. */
export function badgeOf({ status, phase, progress }: Reel): { readonly text: string; readonly tone: Tone } {
  switch (status) {
    case 'queued':
      return { text: 'Accepted', tone: 'working' };
    case 'in_progress':
      return {
        text: phase === 'running' ? formatProgress(progress) : SHORT[phase],
        tone: phase.startsWith('waiting') ? 'waiting' : 'working',
      };
    case 'needs_decision':
      return { text: 'Needs you', tone: 'attention' };
    case 'succeeded':
      return { text: 'Ready', tone: 'good' };
    case 'failed':
      return { text: 'Not made', tone: 'bad' };
    case 'cancelled':
      return { text: 'Stopped', tone: 'neutral' };
  }
}

export function formatProgress(progress: number): string {
  return `${Math.floor(Math.min(1, Math.max(0, progress)) * 100)} %`;
}

/** The title, or the beginning of the prompt. */
export function titleOf({ request: { title, promptText } }: Pick<Reel, 'request'>): string {
  if (title !== undefined) return title;
  const line = promptText.replace(/\s+/g, ' ').trim();
  return line.length <= 70 ? line : `${cutText(line, 69).trimEnd()}…`;
}
