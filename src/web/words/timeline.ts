/** What was done for a reel so far, step by step. Pure. */
import type { Generation, Reel } from '../../contract/schemas/reel';
import { type Tone, formatProgress } from './reel-words';
import { formatCredits } from '../../contract/money';
import { formatSpan } from './time';

export type Step =
  | { readonly kind: 'pause'; readonly text: string }
  | {
      readonly kind: 'generation';
      readonly number: number;
      readonly text: string;
      readonly tone: Tone;
      /** Runway's code, as support knows it. */
      readonly code?: string;
      readonly at: string;
      /** Of the end. */
      readonly cost?: string;
      readonly changes: readonly string[];
      readonly operationId?: string;
      /** What Runway itself said. */
      readonly said?: string;
    };

/** A pause between two generations that is worth a line. */
const PAUSE_MS = 1_000;

export function timelineOf(reel: Reel): Step[] {
  return reel.generations.flatMap((generation, index): Step[] => {
    const before = reel.generations[index - 1];
    const waited =
      before?.endedAt === undefined ? 0 : Date.parse(generation.startedAt) - Date.parse(before.endedAt);
    const step = stepOf(generation, reel);
    return waited < PAUSE_MS ? [step] : [{ kind: 'pause', text: `waited ${formatSpan(waited)}` }, step];
  });
}

function stepOf(generation: Generation, reel: Reel): Step {
  const { number, status, failureCode, failure, startedAt, endedAt, changes, runwayTaskId } = generation;
  return {
    kind: 'generation',
    number,
    ...wordsOf(generation, reel),
    at: endedAt ?? startedAt,
    changes,
    ...(costOf(generation) !== undefined && { cost: costOf(generation) }),
    ...(status === 'failed' && failureCode !== undefined && { code: failureCode }),
    ...(status === 'failed' && failure !== undefined && { said: failure }),
    ...(runwayTaskId !== undefined && { operationId: runwayTaskId }),
  };
}

function wordsOf(
  { status, runwayTaskId }: Generation,
  { phase, progress }: Reel,
): { text: string; tone: Tone } {
  switch (status) {
    case 'submitting':
      return { text: 'being ordered', tone: 'working' };
    case 'submitted':
      if (phase === 'running') return { text: `running ${formatProgress(progress)}`, tone: 'working' };
      if (phase === 'storing') return { text: 'made, being saved', tone: 'working' };
      return { text: 'ordered', tone: 'working' };
    case 'succeeded':
      return { text: 'made', tone: 'good' };
    case 'failed':
      return { text: runwayTaskId === undefined ? 'not taken by Runway' : 'failed at Runway', tone: 'bad' };
    case 'cancelled':
      return { text: 'stopped', tone: 'neutral' };
    case 'uncertain':
      return { text: 'no clear answer', tone: 'attention' };
  }
}

function costOf({ credits, estimatedCredits, endedAt }: Generation): string | undefined {
  if (endedAt === undefined) return undefined;
  if (credits === undefined) return `perhaps ${formatCredits(estimatedCredits)}`;
  return credits === 0 ? 'nothing charged' : formatCredits(credits);
}
