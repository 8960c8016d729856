/**
 * Histories of real runs replay on the workflow code as it stands: a change that would break a run under way
 * fails here first. Histories are named `<version>-<scenario>.json` and, once released, never overwritten.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { TEST_BUNDLE } from '../support/workflow-bundle';

const FOLDER = path.join(__dirname, 'histories');
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
});

interface JsonHistory {
  events: {
    eventType?: unknown;
    workflowExecutionStartedEventAttributes?: { workflowId: string };
    activityTaskScheduledEventAttributes?: { activityType: { name: string } };
  }[];
}

function read(file: string): JsonHistory {
  return JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as JsonHistory;
}

/** @returns the error of the replay, undefined when it replays. */
async function replay(json: JsonHistory): Promise<Error | undefined> {
  // Its own ID: a run asks for it to tell whether it owns its reel.
  const workflowId = json.events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? '';
  const histories = [{ workflowId, history: historyFromJSON(json) }];
  for await (const { error } of Worker.runReplayHistories(
    { workflowBundle: { codePath: TEST_BUNDLE } },
    histories,
  )) {
    return error;
  }
  throw new Error('nothing was replayed');
}

test('there are histories of every kind of end', () => {
  expect(files.length).toBeGreaterThanOrEqual(8);
});

test.each(files)('%s replays', async (file) => {
  expect(await replay(read(file))).toBeUndefined();
});

test.each(files)('%s holds nothing of the machine that it was recorded on', (file) => {
  const text = readFileSync(path.join(FOLDER, file), 'utf8');
  expect(text).not.toContain('stackTrace');
  expect(text.match(/\d+@[\w.-]+/g)?.filter((name) => name !== '1@recorded') ?? []).toEqual([]);
});

test('a tampered history does not replay', async () => {
  const [file] = files;
  const json = read(file ?? '');
  for (const { activityTaskScheduledEventAttributes: scheduled } of json.events) {
    if (scheduled?.activityType.name === 'submitGeneration') scheduled.activityType.name = 'storeOutput';
  }
  expect(await replay(json)).toBeInstanceOf(Error);
});
