/** Answers of the vendor that nobody expects. */
import type { HttpExchange } from '../http-proxy';
import type { Cell, Expected } from './run-cell';
import type { Step } from './steps';

const WELL: Expected = { posts: 1, ends: ['succeeded'] };
const UNKNOWN: Expected = { posts: 1, ends: ['failed (submit_outcome_unknown)'] };

type Json = Record<string, unknown>;
/** @param nth counts the answers of this kind, from 0. */
type Poison = (answer: Json, nth: number) => Json;

const created = ({ at, method, status }: HttpExchange) =>
  at === 'response' && method === 'POST' && status === 200;
const polled = (status: string) => (exchange: HttpExchange) =>
  exchange.at === 'response' &&
  exchange.path.startsWith('/v1/tasks/') &&
  exchange.body.includes(`"status":"${status}"`);

export function poisonCells(): Cell[] {
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
