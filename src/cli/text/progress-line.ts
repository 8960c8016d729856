import type { Reel } from '../../contract/schemas/reel';
import { isBusy } from '../reel-status';
import { clock } from './clock';
import { moment } from './moment';
import { phaseWords } from './phase-words';

const BAR_WIDTH = 20;

interface Look {
  /** Columns there are. */
  readonly width: number;
  readonly full: string;
  readonly empty: string;
}

/** How a reel stands, on one line: `0:42  Runway makes the video  62 %  ██████░░░░  generation 2`. */
export function progressLine(reel: Reel, now: Date, { width, full, empty }: Look): string {
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
    // A free slot is looked for every few seconds: no news.
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
