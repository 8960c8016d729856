/** Answers of the vendor that nobody expects, full disks, and files that a crash left behind. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { partPathOf } from '../../src/storage/part-files';
import { eventually } from '../support/eventually';
import type { Fault } from './faults';
import type { HttpExchange } from './http-proxy';
import type { Cell, Expected } from './run-cell';
import type { Stack } from './stack';
import { type Step, stepNamed } from './steps';

const WELL: Expected = { posts: 1, ends: ['succeeded'] };
const UNKNOWN: Expected = { posts: 1, ends: ['failed (submit_outcome_unknown)'] };
const FULL_MS = 5_000;

export function dataCells(): Cell[] {
  return [...poisonCells(), ...fullDiskCells(), ...leftoverCells(), ...clockCells()];
}

type Json = Record<string, unknown>;
/** @param nth counts the answers of this kind, from 0. */
type Poison = (answer: Json, nth: number) => Json;

const created = ({ at, method, status }: HttpExchange) =>
  at === 'response' && method === 'POST' && status === 200;
const polled = (status: string) => (exchange: HttpExchange) =>
  exchange.at === 'response' &&
  exchange.path.startsWith('/v1/tasks/') &&
  exchange.body.includes(`"status":"${status}"`);

function poisonCells(): Cell[] {
  const create = (name: string, poison: Poison, expected = UNKNOWN) =>
    poisoned(`create: ${name}`, created, poison, expected);
  const running = (name: string, poison: Poison) =>
    poisoned(`poll of a running task: ${name}`, polled('RUNNING'), poison, WELL);
  const ended = (name: string, poison: Poison, expected = WELL) =>
    poisoned(`poll of a finished task: ${name}`, polled('SUCCEEDED'), poison, expected);
  const twice =
    (poison: Poison): Poison =>
    (answer, nth) =>
      nth < 2 ? poison(answer, nth) : answer;
  const output = (value: unknown) => twice((answer) => ({ ...answer, output: value }));
  const first = ({ output }: Json): unknown => (output as unknown[])[0];
  return [
    create(
      'an ID of another shape',
      ({ id, ...rest }) => ({ ...rest, id: `${OTHER_SHAPE}${String(id)}` }),
      WELL,
    ),
    create('an ID of 300 characters', (answer) => ({ ...answer, id: 'x'.repeat(300) })),
    create('an ID that is a number', (answer) => ({ ...answer, id: 7 })),
    create('an empty ID', (answer) => ({ ...answer, id: '' })),
    create('no ID', ({ id: _, ...answer }) => answer),
    running('progress −1', (answer) => ({ ...answer, progress: -1 })),
    running('progress 2', (answer) => ({ ...answer, progress: 2 })),
    running('progress "NaN"', (answer) => ({ ...answer, progress: 'NaN' })),
    running('progress null', (answer) => ({ ...answer, progress: null })),
    running('progress backwards', (answer, nth) => ({ ...answer, progress: 0.9 / (nth + 1) })),
    running('unknown status', (answer) => ({ ...answer, status: 'REHEARSING' })),
    running('no status', ({ status: _, ...answer }) => answer),
    running('status null', (answer) => ({ ...answer, status: null })),
    running('an array', () => [] as unknown as Json),
    ended('output [], twice', output([])),
    ended('output null, twice', output(null)),
    ended('output [null], twice', output([null])),
    ended(
      'no output, twice',
      twice(({ output: _, ...answer }) => answer),
    ),
    ended('a text for output, twice', output('video.mp4')),
    ended('a file: URL, twice', output(['file:///etc/hostname'])),
    ended('six URLs', (answer) => ({ ...answer, output: Array<unknown>(6).fill(first(answer)) })),
    ended('output [] for ever', (answer) => ({ ...answer, output: [] }), {
      posts: 1,
      ends: ['failed (output_unavailable)'],
    }),
    ended('cost −5', (answer) => ({ ...answer, cost: { credits: -5 } })),
    ended('cost "many"', (answer) => ({ ...answer, cost: { credits: 'many' } })),
    ended('no cost', ({ cost: _, ...answer }) => answer),
  ];
}

/** Made of an ID that the vendor knows, so that the line can ask the vendor for it. */
const OTHER_SHAPE = 'job-2:';

function poisoned(
  name: string,
  matches: (exchange: HttpExchange) => boolean,
  poison: Poison,
  expected: Expected,
): Cell {
  const step: Step = {
    name,
    process: 'worker',
    arm({ runwayLine }, hit) {
      let nth = 0;
      runwayLine.pathAtTarget = (path) =>
        path.replace(encodeURIComponent(OTHER_SHAPE), '').replace(OTHER_SHAPE, '');
      runwayLine.tap = async (exchange) => {
        if (!matches(exchange)) return undefined;
        if (nth === 0) await hit();
        const change = (body: string) => JSON.stringify(poison(JSON.parse(body) as Json, nth++));
        return { kind: 'rewritten', change };
      };
    },
  };
  return { step, fault: { name: 'Runway: poison', strike: async () => undefined }, expected };
}

function fullDiskCells(): Cell[] {
  const cells = (fault: Fault, steps: readonly string[]): Cell[] =>
    steps.map((name) => ({ step: stepNamed(name), fault, expected: WELL, smallDisks: true }));
  return [
    ...cells(full('DATA_DIR', ['files']), [
      'POST parsed',
      'start sent',
      'submit to be scheduled',
      'bytes leaving',
      'task created',
      'between polls',
      'terminal status seen',
      'download begun',
      'download half way',
      'to be closed',
    ]),
    ...cells(full('Temporal’s database', ['temporal']), [
      'start sent',
      'submit to be scheduled',
      'task created',
      'result to be recorded',
      'between polls',
      'file in its place',
      'to be closed',
    ]),
    ...cells(full('DATA_DIR and Temporal’s database', ['files', 'temporal']), [
      'POST parsed',
      'task created',
      'download half way',
    ]),
  ];
}

function full(what: string, names: readonly ('files' | 'temporal')[]): Fault {
  return {
    name: `disk of ${what}: full for ${FULL_MS / 1_000} s`,
    async strike(stack) {
      const disks = names.map((name) => {
        const disk = stack.disks?.[name];
        if (!disk) throw new Error('this stack has no small disks');
        return disk;
      });
      for (const disk of disks) disk.fill();
      return async () => {
        await new Promise((resolve) => setTimeout(resolve, FULL_MS));
        for (const disk of disks) disk.free();
        // As whoever looks after it would: `npm start`, or a container that is started again.
        if (!stack.temporal.isRunning) stack.temporal.start();
      };
    },
  };
}

function leftoverCells(): Cell[] {
  const reelFile = (name: string) => (stack: Stack, id: string) =>
    path.join(stack.dataDir, 'simulated/reels', id, name);
  return [
    ['submit to be scheduled', 'claim', reelFile('claims/1.1')],
    ['between polls', 'record', reelFile('reel.json')],
    ['terminal status seen', 'video', reelFile('generation-1.mp4')],
    ['download half way', 'video', reelFile('generation-1.mp4')],
  ].map(([step, what, at]) => ({
    step: stepNamed(step as string),
    fault: leftover(what as string, at as ReturnType<typeof reelFile>),
    expected: WELL,
  }));
}

/** What a process that was killed in the middle of a write leaves. */
function leftover(what: string, place: (stack: Stack, id: string) => string): Fault {
  return {
    name: `a part of a ${what}, left by a process that died`,
    async strike(stack, reelId) {
      const file = place(stack, await eventually('the 202', reelId, 10_000));
      const { pid: dead } = spawnSync('true');
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(partPathOf(file).replace(`-${process.pid}-`, `-${dead}-`), 'half of wh');
    },
  };
}

/** Less than the five minutes after which a receiver of webhooks takes no signature, and more than a reel may take. */
const JUMP_MS = 240_000;

function clockCells(): Cell[] {
  return [JUMP_MS, -JUMP_MS].flatMap((ms) =>
    ['submit scheduled', 'bytes leaving', 'task created', 'between polls', 'download half way'].map(
      (name) => ({
        step: stepNamed(name),
        fault: clockJump(ms),
        expected: { ...WELL, seconds: 60 },
      }),
    ),
  );
}

function clockJump(ms: number): Fault {
  return {
    name: `clock of the worker: ${Math.abs(ms) / 60_000} min ${ms > 0 ? 'fast' : 'slow'} from here on`,
    async strike(stack, reelId) {
      writeFileSync(path.join(stack.folder, 'clock'), String(ms));
      stack.worker.signal('SIGUSR2');
      return async () => {
        const told = () => stack.receiver.of(reelId() ?? '?').some(({ status }) => status === 204);
        await eventually('the end of the reel', told, 120_000).catch(() => undefined);
        // A process that starts has the right clock.
        await stack.worker.end('SIGKILL');
        stack.worker.start();
      };
    },
  };
}
