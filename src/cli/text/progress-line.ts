import type { Phase, Reel } from '../../contract/schemas/reel';
import { isBusy } from '../follow/reel-status';
import { clock, moment } from './words';

const BAR_WIDTH = 20;

interface LineStyle {
  /** Columns there are. */
  readonly width: number;
  readonly full: string;
  readonly empty: string;
}

/** How a reel stands, on one line: `0:42  Runway makes the video  62 %  ██████░░░░  generation 2`. */
export function progressLine(reel: Reel, now: Date, { width, full, empty }: LineStyle): string {
  const filled = Math.round(Math.min(1, Math.max(0, reel.progress)) * BAR_WIDTH);
  const running = reel.status === 'in_progress' && reel.phase === 'running';
  const next = reel.waiting?.nextAt;
  // A narrow screen shows the first of them.
  const parts = [
    clock(now.getTime() - Date.parse(reel.createdAt)),
    phaseWords(reel),
    running
      ? `${Math.floor(reel.progress * 100)} %`
      : next && `next in ${clock(Date.parse(next) - now.getTime())}`,
    running ? full.repeat(filled) + empty.repeat(BAR_WIDTH - filled) : waitsFor(reel),
    reel.generations.length > 1 ? `generation ${reel.generations.length}` : undefined,
  ].filter((part): part is string => part !== undefined && part !== '');
  let line = '';
  for (const part of parts) {
    const longer = line === '' ? part : `${line}  ${part}`;
    if (longer.length > width) break;
    line = longer;
  }
  return line;
}

/** The same for a log: only what changes seldom, so that not every second is a line. */
export function progressNote(reel: Reel): string {
  const next = reel.waiting?.nextAt;
  return [
    phaseWords(reel),
    isBusy(reel) && reel.generations.length > 1 && `generation ${reel.generations.length}`,
    waitsFor(reel),
    // A free slot is polled for every few seconds: no news.
    next && reel.phase !== 'waiting_for_slot' && `next at ${moment(next)}`,
  ]
    .filter(Boolean)
    .join(' · ');
}

function waitsFor({ waiting, phase }: Reel): string | undefined {
  if (!waiting || phase === 'waiting_for_slot') return undefined;
  const incident = waiting.service?.incident?.name;
  return [waiting.for, incident && `Runway reports: ${incident}`].filter(Boolean).join('; ');
}

const PHASES = {
  submitting: 'Ordering the video',
  waiting_for_slot: 'Waiting for a free slot at Runway',
  queued_at_runway: 'In the queue at Runway',
  running: 'Runway makes the video',
  waiting_to_retry: 'Waiting before the next try',
  waiting_for_runway: 'Waiting for the end of a problem at Runway',
  waiting_for_quota: 'Waiting: Runway limits the requests',
  waiting_for_access: 'Waiting for access to Runway',
  waiting_for_fallback: 'Waiting before other settings are tried',
  storing: 'Saving and checking the video',
  done: 'Done',
} as const satisfies Record<Phase, string>;

/** The status and phase of a reel in plain words. */
function phaseWords({ status, phase }: Pick<Reel, 'status' | 'phase'>): string {
  switch (status) {
    case 'queued':
      return 'Accepted, about to begin';
    case 'in_progress':
      return PHASES[phase];
    case 'needs_decision':
      return 'Needs your decision';
    case 'succeeded':
      return 'Done';
    case 'failed':
      return 'Failed';
    case 'cancelled':
      return 'Cancelled';
  }
}
