/** Faults on the lines to Runway, to Temporal and to the receiver of webhooks. Each passes, so that the reel can end. */
import type { Fault } from './faults';
import type { GrpcWeather } from '../grpc-proxy';
import * as breaks from './network-breaks';
import { type Break, brokenCalls, type Call, CREATE, OUTPUT, POLL } from './network-calls';
import type { ReceiverAnswer } from '../../stack/webhook-receiver';
import type { Cell, Expected } from './run-cell';
import { type Step, stepNamed } from './steps';
import type { Stack } from '../stack';

const WELL: Expected = { posts: 1, ends: ['succeeded'] };
/** Nobody decides in the harness, so what nobody knows ends as that, and its credits as uncertain. */
const UNKNOWN: Expected = { posts: 1, ends: ['failed (submit_outcome_unknown)'] };
const SENT_AGAIN: Expected = { posts: 2, ends: ['succeeded'] };

/** Of these creates the task ID is learnt all the same. */
const ID_IS_LEARNT: readonly Break[] = [breaks.SLOW, breaks.RETYPED, ...breaks.LAST_BYTE_LOST];
/** Runway itself said that it took nothing. */
const REFUSED_BY_RUNWAY: readonly Break[] = [breaks.BUSY, breaks.OVERLOADED];
const DOWN_MS = 3_000;
const WEATHER_MS = 5_000;

export function networkCells(): Cell[] {
  return [...runwayCells(), ...pairs(), ...temporalCells(), ...receiverCells()];
}

function runwayCells(): Cell[] {
  const creates = [...breaks.ANY_BREAK, ...breaks.LAST_BYTE_LOST, ...REFUSED_BY_RUNWAY];
  const reads = [...breaks.ANY_BREAK, ...REFUSED_BY_RUNWAY];
  return [
    ...creates.map((each) => cell([each], CREATE, expectedOfCreate(each))),
    ...reads.map((each) => cell([each], POLL, WELL)),
    ...[...breaks.ANY_BREAK, ...breaks.LAST_BYTE_LOST, breaks.EXPIRED].map((each) =>
      cell([each], OUTPUT, WELL),
    ),
    ...['submit scheduled', 'answer received', 'terminal status seen'].map((name) => ({
      step: stepNamed(name),
      fault: REFUSES,
      expected: WELL,
    })),
    submittedAgain(breaks.BLACK_HOLE, SENT_AGAIN),
    // Where Runway's counters tell that the task exists, it asks; a submit of another reel a moment before hides that.
    submittedAgain(breaks.ANSWER_LOST, { posts: 2, ends: [...SENT_AGAIN.ends, ...UNKNOWN.ends] }),
  ];
}

function submittedAgain(lost: Break, expected: Expected): Cell {
  const request = { onLostAnswer: 'submit_again' };
  return { ...cell([lost], CREATE, expected, ', with onLostAnswer: submit_again'), request };
}

/** Two in a row: the first one of a kind after which another call follows. */
function pairs(): Cell[] {
  const lost = [
    breaks.RESET_BEFORE,
    breaks.RESET_AFTER,
    breaks.BLACK_HOLE,
    breaks.CUT_SHORT_UNSEEN,
    breaks.HTML_502,
  ];
  const submit = REFUSED_BY_RUNWAY.flatMap((first) => [
    ...lost.map((second) => cell([first, second], CREATE, { ...UNKNOWN, posts: 2 })),
    ...REFUSED_BY_RUNWAY.map((second) => cell([first, second], CREATE, { ...WELL, posts: 3 })),
  ]);
  const kinds = [
    breaks.RESET_AFTER,
    breaks.CUT_SHORT,
    breaks.CUT_SHORT_UNSEEN,
    breaks.HTML_200,
    breaks.EXPIRED,
  ];
  const store = kinds.flatMap((first) => kinds.map((second) => cell([first, second], OUTPUT, WELL)));
  return [...submit, ...store];
}

function expectedOfCreate(each: Break): Expected {
  if (REFUSED_BY_RUNWAY.includes(each)) return SENT_AGAIN;
  return ID_IS_LEARNT.includes(each) ? WELL : UNKNOWN;
}

function cell(each: readonly Break[], call: Call, expected: Expected, more = ''): Cell {
  const faults = each.map(({ name }) => name).join(', then ');
  const [fault, step] = each.length > 1 ? ['two in a row', `${call.name}: ${faults}`] : [faults, call.name];
  return {
    step: brokenCalls(`${step}${more}`, call, each),
    fault: { name: `Runway: ${fault}`, strike: async () => undefined },
    expected,
  };
}

/** At once every call that is open breaks, and each new one is refused. */
const REFUSES: Fault = {
  name: `Runway: refuses connections for ${DOWN_MS / 1_000} s`,
  async strike({ runwayLine }) {
    const closed = runwayLine.stopListening();
    return async () => {
      await closed;
      await passed(DOWN_MS);
      await runwayLine.listen();
    };
  },
};

function temporalCells(): Cell[] {
  const weathers: readonly GrpcWeather[] = ['refused', 'black hole', 'slow'];
  const ofApi = ['POST parsed', 'start sent', 'started, not answered', '202 written'];
  const ofWorker = [
    'submit to be scheduled',
    'bytes leaving',
    'task created',
    'result to be recorded',
    'result in history',
    'between polls',
    'download half way',
    'file in its place',
    'webhook sent',
    'to be closed',
  ];
  return weathers.flatMap((weather) => [
    ...ofApi.map((name) => ({ step: stepNamed(name), fault: storm('API', 'apiLine', weather) })),
    ...ofWorker.map((name) => ({
      step: stepNamed(name),
      fault: storm('worker', 'workerLine', weather),
      expected: WELL,
    })),
  ]);
}

const WORDS: Readonly<Record<GrpcWeather, string>> = {
  fine: 'fine',
  refused: 'reset, then refused',
  'black hole': 'carries nothing',
  slow: 'slow',
};

function storm(whose: string, line: 'apiLine' | 'workerLine', weather: GrpcWeather): Fault {
  return {
    name: `Temporal and the ${whose}: ${WORDS[weather]} for ${WEATHER_MS / 1_000} s`,
    async strike(stack) {
      stack[line].set(weather);
      return async () => {
        await passed(WEATHER_MS);
        stack[line].set('fine');
      };
    },
  };
}

function receiverCells(): Cell[] {
  const answers: readonly (readonly [string, readonly ReceiverAnswer[]])[] = [
    ['reset', ['reset']],
    ['hangs', ['hang']],
    ['500', [500]],
    ['redirect', [302]],
  ];
  return answers.map(([name, each]) => ({
    step: firstDelivery(each),
    fault: { name: `receiver of webhooks: ${name}`, strike: async () => undefined },
    expected: WELL,
  }));
}

function firstDelivery(answers: readonly ReceiverAnswer[]): Step {
  return {
    name: 'webhook sent',
    process: 'worker',
    arm(stack: Stack, hit) {
      const left = [...answers];
      stack.receiver.tap = async () => {
        const answer = left.shift();
        if (answer !== undefined && left.length === 0) await hit();
        return answer;
      };
    },
  };
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
