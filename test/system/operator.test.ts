/** The buttons of the Temporal UI, pressed through the server's API: none of them pays twice or loses a task. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultPayloadConverter, WorkflowIdReusePolicy } from '@temporalio/common';
import type { Backend } from '../../src/domain/backend';
import { GENERATE_REEL, type GenerateReelInput } from '../../src/domain/generate-reel';
import { workflowIdOf } from '../../src/domain/reel';
import { openStorage } from '../../src/storage/storage';
import { eventually } from '../../tools/stack/eventually';
import { Service } from '../support/service';
import { checkStructure } from '../support/video-check';
import { temporalButtons } from '../support/temporal-buttons';

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterEach(() => service.simulator.setHook());
afterAll(() => service.stop());

async function inputOf(id: string): Promise<GenerateReelInput> {
  const { events } = await service.handle(id).fetchHistory();
  const [payload] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  return defaultPayloadConverter.fromPayload(payload ?? {});
}

/** Holds the answer to the first create until it is released. */
function holdAnswer(): { posted: Promise<void>; release: () => void } {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const posted = new Promise<void>((resolve) => {
    service.simulator.setHook(async ({ at }) => {
      if (at !== 'afterTask') return undefined;
      resolve();
      await held;
      return undefined;
    });
  });
  return { posted, release: () => release() };
}

/** The submit that is under way; Temporal answers each of its heartbeats with what became of it meanwhile. */
async function submitOf(id: string) {
  const { raw } = await service.handle(id).describe();
  return raw.pendingActivities?.find(({ activityType }) => activityType?.name === 'submitGeneration');
}

const lastBeatOf = async (id: string) => JSON.stringify((await submitOf(id))?.lastHeartbeatTime ?? null);

test('Reset after success makes the same reel from the same task', async () => {
  const reel = await service.make('reset-late');
  await service.closed(reel.id);
  await temporalButtons(service.env.client).reset(workflowIdOf(reel.id), 'first');
  const again = await service.ended(reel.id);
  expect((await service.closed(reel.id)).status.name).toBe('COMPLETED');
  expect(again.generations[0]?.runwayTaskId).toBe(reel.generations[0]?.runwayTaskId);
  expect(again.video?.sha256).toBe(reel.video?.sha256);
  expect(service.posts('reset-late')).toHaveLength(1);
});

test('Reset while the task runs adopts it', async () => {
  const { id } = await service.order('slow');
  await service.until(id, 'running', ({ phase }) => phase === 'running');
  await temporalButtons(service.env.client).reset(workflowIdOf(id), 'first');
  expect(await service.ended(id)).toMatchObject({
    status: 'succeeded',
    credits: { charged: 80, uncertain: 0 },
  });
  expect(service.posts('slow')).toHaveLength(1);
});

test('Reset in mid-submit waits for the answer of the first sender and adopts its task', async () => {
  const { posted, release } = holdAnswer();
  const { id } = await service.order('reset-submit');
  await posted;
  await temporalButtons(service.env.client).reset(workflowIdOf(id), 'first');
  await eventually('the new run asks for the task', async () => (await submitOf(id))?.lastHeartbeatTime);
  release();
  expect(await service.ended(id)).toMatchObject({
    status: 'succeeded',
    credits: { charged: 80, uncertain: 0 },
  });
  expect(service.posts('reset-submit')).toHaveLength(1);
});

test('Reset after generations that failed spends nothing more', async () => {
  const reel = await service.make('internal-always');
  await service.closed(reel.id);
  await temporalButtons(service.env.client).reset(workflowIdOf(reel.id), 'first');
  expect((await service.closed(reel.id)).status.name).toBe('FAILED');
  expect(await service.reel(reel.id)).toMatchObject({
    failure: { code: 'internal_error' },
    credits: { charged: 0 },
  });
  expect(service.posts('internal-always')).toHaveLength(4);
});

test('an activity reset in mid-submit sends no second POST', async () => {
  const { posted, release } = holdAnswer();
  const { id } = await service.order('activity-reset');
  await posted;
  const beatBefore = await lastBeatOf(id);
  await service.env.client.workflowService.resetActivity({
    namespace: 'default',
    execution: { workflowId: workflowIdOf(id) },
    type: 'submitGeneration',
    identity: 'test',
  });
  await eventually('it is told of the reset', async () => (await lastBeatOf(id)) !== beatBefore);
  release();
  expect(await service.ended(id)).toMatchObject({
    status: 'succeeded',
    credits: { charged: 80, uncertain: 0 },
  });
  expect(service.posts('activity-reset')).toHaveLength(1);
});

test('Terminate reads as failed by an operator, with the possible charge', async () => {
  const { id } = await service.order('stuck');
  const { generations } = await service.until(id, 'running', ({ phase }) => phase === 'running');
  await service.handle(id).terminate('test');
  expect(await service.ended(id)).toMatchObject({
    status: 'failed',
    failure: { code: 'stopped_by_operator' },
    generations: [{ status: 'uncertain', runwayTaskId: generations[0]?.runwayTaskId }],
    credits: { charged: 0, uncertain: 80 },
  });
});

test('Start like this one under the same workflow ID pays for nothing', async () => {
  const reel = await service.make('start-again');
  await service.closed(reel.id);
  const handle = await service.env.client.workflow.start(GENERATE_REEL, {
    workflowId: workflowIdOf(reel.id),
    taskQueue: 'reels',
    args: [await inputOf(reel.id)],
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
  });
  await handle.result();
  expect(await service.reel(reel.id)).toMatchObject({
    status: 'succeeded',
    video: { sha256: reel.video?.sha256 },
  });
  expect(service.posts('start-again')).toHaveLength(1);
});

test('Start like this one under another workflow ID is refused before anything is spent', async () => {
  const { id } = await service.order('slow', { title: 'first' });
  await service.until(id, 'the task', ({ generations }) => generations[0]?.runwayTaskId !== undefined);
  const before = service.posts('slow').length;
  const handle = await service.env.client.workflow.start(GENERATE_REEL, {
    workflowId: `copy-of-${id}`,
    taskQueue: 'reels',
    args: [await inputOf(id)],
  });
  await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'reel_exists' } });
  expect(await service.ended(id)).toMatchObject({ status: 'succeeded' });
  expect(service.posts('slow')).toHaveLength(before);
});

test('Start like this one with an edited prompt is refused, and the record stays as it was', async () => {
  const reel = await service.make('start-edited');
  await service.closed(reel.id);
  const input = await inputOf(reel.id);
  const handle = await service.env.client.workflow.start(GENERATE_REEL, {
    workflowId: workflowIdOf(reel.id),
    taskQueue: 'reels',
    args: [{ ...input, request: { ...(input.request as object), promptText: 'Something else' } }],
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
  });
  await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'reel_exists' } });
  expect((await service.storage.readRecord(reel.id))?.state.status).toBe('succeeded');
});

test('a run that is started with a request alone gets what HTTP gives', async () => {
  const handle = await service.env.client.workflow.start(GENERATE_REEL, {
    workflowId: 'from-another-workflow',
    taskQueue: 'reels',
    args: [{ request: { promptText: 'A calm sea #from-the-ui' } }],
  });
  const { id } = (await handle.result()) as { id: string };
  expect(await service.reel(id)).toMatchObject({
    id,
    status: 'succeeded',
    request: { duration: 8, audio: 'none' },
  });

  const bad = await service.env.client.workflow.start(GENERATE_REEL, {
    workflowId: 'bad-from-another-workflow',
    taskQueue: 'reels',
    args: [{ request: { promptText: 'A calm sea', duration: 7, colour: 'blue' } }],
  });
  await expect(bad.result()).rejects.toMatchObject({
    cause: {
      type: 'invalid_request',
      message: expect.stringMatching(/duration.*colour|colour.*duration/s) as string,
    },
  });
});

test('a worker with another backend never calls for the reel; the right one then makes it', async () => {
  await service.stopWorkers();
  const other: Backend = { kind: 'runway', baseUrl: 'https://runway.example' };
  await service.startWorkers({ backend: other });
  const { id } = await service.order('other-backend');
  await eventually('the refusal', async () => {
    const { raw } = await service.handle(id).describe();
    return raw.pendingActivities?.some(
      ({ lastFailure }) => lastFailure?.applicationFailureInfo?.type === 'Runway.WrongBackend',
    );
  });
  expect(service.posts('other-backend')).toHaveLength(0);
  await service.stopWorkers();
  await service.startWorkers();
  expect(await service.ended(id)).toMatchObject({ status: 'succeeded' });
});

test('a worker with another database submits nothing for the reel, and says so; the right one then makes it', async () => {
  await service.stopWorkers();
  const root = await mkdtemp(join(tmpdir(), 'another-database-'));
  const storage = await openStorage({ root, check: checkStructure });
  const { databaseId: database } = storage;
  expect(database).not.toBe(service.storage.databaseId);
  const backend = { kind: 'simulator', baseUrl: service.simulator.url, database } as const;
  await service.startWorkers({ storage, backend });
  const { id } = await service.order('other-database');
  await eventually('the refusal', async () => {
    const { raw } = await service.handle(id).describe();
    return raw.pendingActivities?.some(
      ({ lastFailure }) => lastFailure?.applicationFailureInfo?.type === 'Reel.WrongDatabase',
    );
  });
  expect(service.posts('other-database')).toHaveLength(0);
  await service.stopWorkers();
  await storage.close();
  await rm(root, { recursive: true });
  await service.startWorkers();
  expect(await service.ended(id)).toMatchObject({ status: 'succeeded' });
});
