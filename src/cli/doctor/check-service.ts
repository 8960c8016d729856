import type { Readiness } from '../../contract/schemas/health';
import { fileSize } from '../text/words';
import type { Check, CheckState } from './check';

/** Room for some hundred reels. */
const LITTLE_ROOM = 1_000_000_000;

type Part = keyof Readiness['parts'];
type StandingProcess = NonNullable<Readiness['standingStill']>[number];

const NAMES = {
  temporal: 'Temporal',
  worker: 'worker',
  waits: 'worker, long waits',
  storage: 'storage',
} as const satisfies Record<Part, string>;

const GOOD = {
  temporal: 'answers',
  worker: 'asks for work',
  waits: 'asks for work',
  storage: 'can be written',
} as const satisfies Record<Part, string>;

const BAD = {
  temporal: 'does not answer',
  worker: 'none has asked for work lately',
  waits: 'none has asked for work lately',
  storage: 'nothing can be written to DATA_DIR',
} as const satisfies Record<Part, string>;

const CURES = {
  temporal: 'Reels go on when it is back. Start it, and check TEMPORAL_ADDRESS; "npm start" brings its own.',
  worker:
    'Reels wait for one. Start it: "npm run start:worker", or "npm start" for everything; then look into its log.',
  waits: 'Look into the log of the worker, and start it again.',
  storage: 'Look whether the disk is full or read-only, and whether the service may write to DATA_DIR.',
} as const satisfies Record<Part, string>;

const STATES = { up: 'good', down: 'bad', unknown: 'unknown' } as const satisfies Record<string, CheckState>;

/** What `GET /readyz` tells. */
export function checkService({ parts, storage, video, standingStill = [] }: Readiness): Check[] {
  const checks = (Object.keys(NAMES) as Part[]).map((part): Check => {
    const state = STATES[parts[part]];
    const findings = { good: GOOD[part], bad: BAD[part], unknown: 'not known while Temporal is away' };
    return {
      name: NAMES[part],
      state,
      finding: findings[state],
      ...(state === 'bad' && { cure: CURES[part] }),
    };
  });
  return [
    ...checks,
    ...standingStill.map(checkStandstill),
    ...(storage ? [checkDisk(storage.freeBytes)] : []),
    ...(video ? [checkVideo(video)] : []),
  ];
}

function checkStandstill({ process, pid, seconds }: StandingProcess): Check {
  return {
    name: 'event loop',
    state: 'bad',
    finding: `that of the ${process} (process ${pid}) has stood still for ${seconds} s`,
    cure: 'It is killed after STANDSTILL_LIMIT. Look that something starts it again, and what its log says last.',
  };
}

function checkVideo({ checked, ffmpeg }: NonNullable<Readiness['video']>): Check {
  const name = 'video check';
  if (checked === 'decoded') {
    return { name, state: 'good', finding: `every frame is decoded, with ffmpeg ${ffmpeg ?? ''}`.trim() };
  }
  const finding = 'only the structure of a video is looked at: there is no ffmpeg';
  const cure = 'Install ffmpeg, or set FFMPEG_PATH, and start the worker again.';
  return { name, state: 'warning', finding, cure };
}

function checkDisk(freeBytes: number): Check {
  const finding = `${fileSize(freeBytes)} free`;
  if (freeBytes >= LITTLE_ROOM) return { name: 'disk', state: 'good', finding };
  const cure = 'Make room: "durable-reels delete <id>", REEL_RETENTION, or a larger disk.';
  return { name: 'disk', state: 'warning', finding, cure };
}
