/** The steps of a reel, each seen from outside at the moment it happens: while `hit` runs, the step stands still. */
import type { GrpcCall } from '../grpc-proxy';
import type { HttpExchange } from '../http-proxy';
import type { Stack } from '../stack';

export interface Step {
  readonly name: string;
  /** Whose step it is. */
  readonly process: 'api' | 'worker';
  /** Calls `hit` once, when the step of this reel is there. */
  arm(stack: Stack, hit: () => Promise<void>, reelId: string): void;
}

const EVERY_RUN = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

export const STEPS: readonly Step[] = [
  api('POST parsed', ({ at, method }) => at === 'request' && method === 'DescribeWorkflowExecution'),
  api('start sent', ({ at, method }) => at === 'request' && method === 'StartWorkflowExecution'),
  api('started, not answered', ({ at, method }) => at === 'response' && method === 'StartWorkflowExecution'),
  answered('202 written'),
  worker('submit to be scheduled', (call) => call.at === 'request' && schedules(call, 'submitGeneration')),
  worker('submit scheduled', (call) => call.at === 'response' && schedules(call, 'submitGeneration')),
  runway('bytes leaving', ({ at, method }) => at === 'connected' && method === 'POST'),
  runway('bytes sent', ({ at, method }) => at === 'request' && method === 'POST'),
  runway('task created', ({ at, method }) => at === 'response' && method === 'POST'),
  runway('answer received', ({ at, method }) => at === 'relayed' && method === 'POST'),
  worker('result to be recorded', (call) => call.at === 'request' && completes(call, '"runwayTaskId"')),
  worker('result in history', (call) => call.at === 'response' && completes(call, '"runwayTaskId"')),
  runway('between polls', ({ at, method, path }) => at === 'relayed' && method === 'GET' && isTask(path)),
  runway('terminal status seen', (exchange) => exchange.at === 'response' && succeeded(exchange)),
  runway('download begun', ({ at, path }) => at === 'request' && path.startsWith('/outputs/')),
  runway('download half way', ({ at, path }) => at === 'half' && path.startsWith('/outputs/')),
  runway('download complete', ({ at, path }) => at === 'relayed' && path.startsWith('/outputs/')),
  worker('file in its place', (call) => call.at === 'request' && completes(call, '"sha256"')),
  worker('stored in history', (call) => call.at === 'response' && completes(call, '"sha256"')),
  webhook('webhook sent', 'tap'),
  webhook('2xx received', 'after'),
  worker('to be closed', (call) => call.at === 'request' && closes(call)),
  worker('closed', (call) => call.at === 'response' && closes(call)),
];

export function stepNamed(name: string): Step {
  const step = STEPS.find((each) => each.name === name);
  if (!step) throw new Error(`no step ${name}; there are: ${STEPS.map((each) => each.name).join(', ')}`);
  return step;
}

function api(name: string, matches: (call: GrpcCall) => boolean): Step {
  return { name, process: 'api', arm: (stack, hit) => armLine(stack.apiLine, matches, hit) };
}

export function worker(name: string, matches: (call: GrpcCall) => boolean): Step {
  return { name, process: 'worker', arm: (stack, hit) => armLine(stack.workerLine, matches, hit) };
}

function armLine(
  line: Stack['apiLine'],
  matches: (call: GrpcCall) => boolean,
  hit: () => Promise<void>,
): void {
  const fire = once(hit);
  line.tap = (call) => (matches(call) ? fire() : undefined);
}

export function runway(name: string, matches: (exchange: HttpExchange) => boolean): Step {
  return {
    name,
    process: 'worker',
    arm(stack, hit) {
      const fire = once(hit);
      stack.runwayLine.tap = (exchange) => (matches(exchange) ? fire() : undefined);
    },
  };
}

function webhook(name: string, hook: 'tap' | 'after'): Step {
  return {
    name,
    process: 'worker',
    arm(stack, hit) {
      const fire = once(hit);
      stack.receiver[hook] = () => fire();
    },
  };
}

/** The client tells of this one itself. */
function answered(name: string): Step {
  return {
    name,
    process: 'api',
    arm: (stack, hit) => {
      stack.onAnswer = once(hit);
    },
  };
}

export function once(hit: () => Promise<void>): () => Promise<void> | undefined {
  let fired = false;
  return () => {
    if (fired) return undefined;
    fired = true;
    return hit();
  };
}

/** Payloads are JSON in protobuf: names in them stand there as they are. */
function schedules({ method, request }: GrpcCall, activity: string): boolean {
  return method === 'RespondWorkflowTaskCompleted' && request.includes(activity);
}

function completes({ method, request }: GrpcCall, field: string): boolean {
  return method === 'RespondActivityTaskCompleted' && request.includes(field);
}

/** A state of the reel that the workflow shows in its memo. */
export function shows({ method, request }: GrpcCall, state: string): boolean {
  return method === 'RespondWorkflowTaskCompleted' && request.includes(`"${state}"`);
}

function closes({ method, request }: GrpcCall): boolean {
  return method === 'RespondWorkflowTaskCompleted' && request.includes('"creditsCharged"');
}

export function isTask(path: string): boolean {
  return path.startsWith('/v1/tasks/') && EVERY_RUN.test(path);
}

function succeeded({ method, path, body }: HttpExchange): boolean {
  return method === 'GET' && isTask(path) && body.includes('"SUCCEEDED"');
}
