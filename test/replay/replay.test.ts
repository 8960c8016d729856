/**
 * Histories of real runs replay on the workflow code as it stands: a change that would break a run under way
 * fails here first. Histories are named `<version>-<scenario>.json` and, once released, never overwritten.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  type ReplayWorkerOptions,
  Runtime,
  Worker,
} from '@temporalio/worker';
import * as workflows from '../../src/workflows';
import { TRACED_WORKFLOW_BUNDLE, WORKFLOW_BUNDLE } from '../support/workflow-bundle';

const FOLDER = path.join(__dirname, 'histories');
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

/** Most of a replay is waiting for the worker to be taken down. */
const AT_ONCE = 8;
const PLAIN: ReplayWorkerOptions = { workflowBundle: { codePath: WORKFLOW_BUNDLE } };
const TRACED: ReplayWorkerOptions = {
  workflowBundle: { codePath: TRACED_WORKFLOW_BUNDLE },
  sinks: { exporter: { export: { fn: () => undefined } } },
};

/** What came of each replay, by file: undefined where it went well. */
type Replays = ReadonlyMap<string, Error | undefined>;
let replays: Replays;
let tampered: Replays;
let traced: Replays;

beforeAll(async () => {
  // A warning for each history that was tampered with.
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter } } });
  replays = await replayAll(files, read, PLAIN);
  tampered = await replayAll(acting, readTampered, PLAIN);
  traced = await replayAll(files, read, TRACED);
});

interface JsonHistory {
  events: {
    eventType?: unknown;
    workflowExecutionStartedEventAttributes?: { workflowId: string; workflowType: { name: string } };
    activityTaskScheduledEventAttributes?: { activityType: { name: string } };
  }[];
}

function read(file: string): JsonHistory {
  return JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as JsonHistory;
}

async function replayAll(
  names: readonly string[],
  readOne: (file: string) => JsonHistory,
  options: ReplayWorkerOptions,
): Promise<Replays> {
  const left = [...names];
  const results = new Map<string, Error | undefined>();
  const replaySome = async () => {
    const taken: string[] = [];
    function* histories() {
      for (let file = left.shift(); file !== undefined; file = left.shift()) {
        taken.push(file);
        const json = readOne(file);
        // Its own ID: a run asks for it to tell whether it owns its reel.
        const workflowId = json.events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? '';
        yield { workflowId, history: json };
      }
    }
    // In the order in which they are given.
    for await (const { error } of Worker.runReplayHistories(options, histories()))
      results.set(taken.shift() ?? '', error);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, replaySome));
  return results;
}

/** As {@link replays} has it; throws where nothing was replayed. */
function resultOf(file: string, of: Replays): Error | undefined {
  if (!of.has(file)) throw new Error(`${file} was not replayed`);
  return of.get(file);
}

const kindOf = (file: string) =>
  read(file).events[0]?.workflowExecutionStartedEventAttributes?.workflowType.name;

test('each version that is named has histories of every kind of workflow, and of every kind of end', () => {
  const versions = new Set(files.map((file) => /^\d+\.\d+\.\d+/.exec(file)?.[0]));
  expect([...versions]).toContain('0.1.0');
  for (const version of versions) {
    const ofVersion = files.filter((file) => file.startsWith(`${version}-`));
    const kinds = new Set(ofVersion.map(kindOf));
    expect([version, [...kinds].sort()]).toEqual([version, Object.keys(workflows).sort()]);
    const ends = new Set(ofVersion.map((file) => read(file).events.at(-1)?.eventType));
    expect([version, [...ends].sort()]).toEqual([
      version,
      ['CANCELED', 'COMPLETED', 'CONTINUED_AS_NEW', 'FAILED'].map(
        (end) => `EVENT_TYPE_WORKFLOW_EXECUTION_${end}`,
      ),
    ]);
  }
});

test.each(files)('%s replays', (file) => {
  expect(resultOf(file, replays)).toBeUndefined();
});

test('the code for traces is in the bundle that is said to have it', () => {
  expect(readFileSync(TRACED_WORKFLOW_BUNDLE, 'utf8')).toContain('@opentelemetry/sdk-trace-base');
  expect(readFileSync(WORKFLOW_BUNDLE, 'utf8')).not.toContain('@opentelemetry/sdk-trace-base');
});

// Traces may be switched on while reels are under way.
test.each(files)('%s replays with traces', (file) => {
  expect(resultOf(file, traced)).toBeUndefined();
});

/** The whole text, also what stands in payloads, which are base64. */
function plainText(file: string): string {
  const texts: string[] = [];
  const json = readFileSync(path.join(FOLDER, file), 'utf8');
  JSON.parse(json, (key, value: unknown) => {
    if (key === 'data' && typeof value === 'string') texts.push(Buffer.from(value, 'base64').toString());
    return value;
  });
  return [json, ...texts].join('\n');
}

test.each(files)('%s holds nothing of the machine that it was recorded on, and no secret', (file) => {
  const text = plainText(file);
  // Each input names one of them: the payloads were read.
  const found = (pattern: RegExp) => text.match(pattern) ?? [];
  expect(found(/"(?:promptText|reelId|tombstone|retentionMs)":/g)).not.toEqual([]);
  expect(found(/stackTrace/g)).toEqual([]);
  expect(found(/\d+@[\w.-]+/g).filter((name) => name !== '1@recorded')).toEqual([]);
  // Paths, keys, and links that are signed.
  expect(found(/(?:^|[\s"'(])\/(?:home|root|tmp|usr|var|work|Users)\/.*/gm)).toEqual([]);
  expect(found(/key_[0-9a-f]{8}|whsec_|signature=/g)).toEqual([]);
});

/** Those that call no activity end before they came to one. */
const acting = files.filter((file) =>
  read(file).events.some(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled),
);

test('a tampered history of each kind of workflow is among those that are tried', () => {
  expect(new Set(acting.map(kindOf))).toEqual(new Set(Object.keys(workflows)));
});

test.each(acting)('%s does not replay when its last activity is another one', (file) => {
  expect(resultOf(file, tampered)).toBeInstanceOf(Error);
});

function readTampered(file: string): JsonHistory {
  const json = read(file);
  const last = json.events.findLast(
    ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled,
  )?.activityTaskScheduledEventAttributes;
  if (last) last.activityType.name = 'tampered';
  return json;
}
