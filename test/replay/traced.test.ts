/** Traces may be switched on while reels are under way: the recorded histories replay with them as well. */
import { readdirSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { WORKFLOW_TRACES } from '../../src/worker/workflow-bundle';
import { TEST_BUNDLE } from '../support/workflow-bundle';

const FOLDER = path.join(__dirname, 'histories');
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
const BUNDLE = TEST_BUNDLE.replace(/\.js$/, '-traced.js');

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const { code } = await bundleWorkflowCode({
    workflowsPath: require.resolve('../../src/workflows'),
    workflowInterceptorModules: [WORKFLOW_TRACES],
    logger: new DefaultLogger('ERROR'),
  });
  await writeFile(BUNDLE, code);
});
afterAll(() => rm(BUNDLE, { force: true }));

test('there is something to replay, and it has code for traces', () => {
  expect(files.length).toBeGreaterThanOrEqual(8);
  expect(readFileSync(BUNDLE, 'utf8')).toContain('@opentelemetry/sdk-trace-base');
});

test('all histories replay', async () => {
  const histories = files.map((file) => {
    const history = historyFromJSON(JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as object);
    return {
      workflowId: history.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? '',
      history,
    };
  });
  const results: unknown[] = [];
  const sinks = { exporter: { export: { fn: () => undefined } } };
  const workflows = { workflowBundle: { codePath: BUNDLE }, sinks };
  for await (const { workflowId, error } of Worker.runReplayHistories(workflows, histories)) {
    results.push([workflowId, error]);
  }
  expect(results).toEqual(histories.map(({ workflowId }) => [workflowId, undefined]));
});
