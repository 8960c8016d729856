/** Deleting ended reels: what goes, what stays, and that a deleted reel's key never orders another one. */
import { createHash } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/common';
import { GENERATE_REEL, type GenerateReelInput } from '../../src/domain/generate-reel';
import { MEMO_HEAD, workflowIdOf } from '../../src/domain/reel';
import type { Reel } from '../../src/contract/schemas/reel';
import type { Storage } from '../../src/storage/storage';
import { eraseWorkflowId, SWEEP_REELS } from '../../src/domain/tombstone';
import { webhooksWorkflowIdOf } from '../../src/domain/webhook';
import { ensureRetentionSchedule, retentionScheduleId } from '../../src/platform/temporal/retention-schedule';
import { problemOf, startApi } from '../support/api';
import { keptOf } from '../../tools/stack/database-rows';
import { eventually } from '../../tools/stack/eventually';
import { Service } from '../support/service';
import { temporalButtons } from '../support/temporal-buttons';
import { startProcess } from '../support/processes';

const PNG =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => service.stop());

const remove = (id: string) => service.api.fetch(`/v1/reels/${id}`, { method: 'DELETE' });
const erased = (id: string) => service.env.client.workflow.getHandle(eraseWorkflowId(id)).result();

/** Its claims and what it cost, and that it was there. */
const LEFT = ['claims', 'spending', 'tombstone'];
const kept = (id: string) => keptOf({ root: service.storage.describe() }, id);

async function codeOf(answer: Promise<Response>): Promise<unknown> {
  const response = await answer;
  return [response.status, (await problemOf(response)).code];
}

async function listed(): Promise<string[]> {
  const { reels } = (await (await service.api.fetch('/v1/reels?limit=100')).json()) as { reels: Reel[] };
  return reels.map(({ id }) => id);
}

async function runsOf(id: string): Promise<number> {
  const runs = service.env.client.workflow.list({ query: `WorkflowId = '${workflowIdOf(id)}'` });
  let count = 0;
  for await (const _ of runs) count += 1;
  return count;
}

let succeeded: string;
test('a succeeded reel goes with its video, its runs, its image and its output at Runway; its cost stays', async () => {
  const key = { 'idempotency-key': 'delete-me' };
  const body = { title: 'To be forgotten', promptImage: PNG };
  const { id } = await service.order('deleted', body, key);
  const reel = await service.ended(id);
  await service.closed(id);
  // Leaves a second run, and the first one with it.
  await temporalButtons(service.env.client).reset(workflowIdOf(id), 'first');
  await service.closed(id);
  await eventually('both runs are listed', async () => (await runsOf(id)) === 2);

  expect((await remove(id)).status).toBe(204);
  expect(await listed()).not.toContain(id);
  await erased(id);

  expect(await kept(id)).toEqual(LEFT);
  await expect(service.storage.readImage(String(reel.request.promptImage))).rejects.toThrow(
    'There is no image',
  );
  succeeded = id;
  expect(service.tasks('deleted')).toMatchObject([{ status: 'DELETED', deletes: [{ answer: '204' }] }]);
  const [entry] = (await service.storage.ledger.list(new Date(0))).filter(({ reelId }) => reelId === id);
  expect(entry?.settled?.charged).toBe(80);

  for (const what of ['', '/video', '/support', '/events']) {
    expect([what, await codeOf(service.api.fetch(`/v1/reels/${id}${what}`))]).toEqual([
      what,
      [410, 'reel_deleted'],
    ]);
  }
  expect(await codeOf(fetch(reel.video?.url ?? ''))).toEqual([410, 'reel_deleted']);
  for (const what of ['cancel', 'remake']) {
    expect(await codeOf(service.api.post(`/v1/reels/${id}/${what}`))).toEqual([410, 'reel_deleted']);
  }
  const same = { promptText: 'A calm sea at dawn #deleted', ...body };
  expect(await codeOf(service.api.post('/v1/reels', same, key))).toEqual([410, 'reel_deleted']);
  const other = { promptText: 'Something else' };
  expect(await codeOf(service.api.post('/v1/reels', other, key))).toEqual([410, 'reel_deleted']);
  expect(service.posts('deleted')).toHaveLength(1);
});

test('a run that is started elsewhere with the ID of a deleted reel is refused, and changes no books', async () => {
  const { id, generations } = await service.make('deleted-then-started');
  await service.closed(id);
  const { head } = (await service.storage.readRecord(id)) ?? {};
  await remove(id);
  await erased(id);
  const request = { ...head?.request, promptText: 'A calm sea #deleted-then-started' };
  const input: GenerateReelInput = { id, request };
  const { workflow } = service.env.client;
  const webhookUrl = 'https://receiver.example/';
  // As Temporal's UI starts a run like another one.
  const memo = { [MEMO_HEAD]: { ...head, request: { ...request, webhookUrl } } };
  const start = (workflowId: string) =>
    workflow.execute(GENERATE_REEL, { workflowId, taskQueue: 'reels', args: [input], memo });
  await expect(start(workflowIdOf(id))).rejects.toMatchObject({ cause: { type: 'reel_exists' } });
  await expect(start(`copy-of-${id}`)).rejects.toMatchObject({ cause: { type: 'reel_exists' } });
  await expect(workflow.getHandle(webhooksWorkflowIdOf(id)).describe()).rejects.toThrow(
    WorkflowNotFoundError,
  );
  expect(await kept(id)).toEqual(LEFT);
  expect(service.posts('deleted-then-started')).toHaveLength(generations.length);
  const [entry] = (await service.storage.ledger.list(new Date(0))).filter(({ reelId }) => reelId === id);
  expect(entry?.settled?.charged).toBe(80);
});

test('a failed reel goes, and so does one that another made again; the other one stays', async () => {
  const failed = await service.make('safety-input');
  const remade = (await (await service.api.post(`/v1/reels/${failed.id}/remake`)).json()) as Reel;
  await service.ended(remade.id);
  expect((await remove(remade.id)).status).toBe(204);
  await erased(remade.id);
  expect(await service.reel(failed.id)).toMatchObject({ status: 'failed' });
  expect((await service.reel(failed.id)).remadeAs).toBeUndefined();
  expect((await remove(failed.id)).status).toBe(204);
  await erased(failed.id);
  expect(await kept(failed.id)).toEqual(LEFT);
});

test('a reel that is being made is not deleted; once cancelled it is', async () => {
  const { id } = await service.order('stuck');
  expect(await codeOf(remove(id))).toEqual([409, 'reel_not_ended']);
  await service.until(id, 'running', ({ phase }) => phase === 'running');
  expect(await codeOf(remove(id))).toEqual([409, 'reel_not_ended']);
  await service.api.post(`/v1/reels/${id}/cancel`);
  await service.ended(id);
  // At once: the run may still be writing its record.
  expect((await remove(id)).status).toBe(204);
  await erased(id);
  expect(await kept(id)).toEqual(LEFT);
  const [entry] = (await service.storage.ledger.list(new Date(0))).filter(({ reelId }) => reelId === id);
  expect(entry?.settled).toBeDefined();
});

test('deleted by two at once it is gone for both', async () => {
  const { id } = await service.order('deleted twice');
  await service.ended(id);
  let asked = 0;
  const storage: Storage = {
    ...service.storage,
    readTombstone: async (reelId) => {
      const tombstone = await service.storage.readTombstone(reelId);
      // The other one comes in between.
      if (asked++ === 0) expect((await remove(id)).status).toBe(204);
      return tombstone;
    },
  };
  const second = await startApi(service.env.client, { storage });
  try {
    expect((await second.fetch(`/v1/reels/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect(asked).toBeGreaterThan(1);
    await erased(id);
  } finally {
    await second.close();
  }
});

test("another client's reel cannot be deleted, nor seen to have been", async () => {
  const { id } = await service.make('safety-input', { title: 'not yours' });
  const secret = 'a-secret-of-the-other-one';
  const apiKeys = [{ client: 'other', sha256: createHash('sha256').update(secret).digest('hex') }];
  const { storage } = service;
  const others = await startApi(service.env.client, { storage, settings: { apiKeys, corsOrigins: [] } });
  try {
    const ask = (method: string) =>
      others.fetch(`/v1/reels/${id}`, { method, headers: { authorization: `Bearer ${secret}` } });
    expect(await codeOf(ask('DELETE'))).toEqual([404, 'reel_not_found']);
    expect((await service.reel(id)).id).toBe(id);
    await remove(id);
    await erased(id);
    for (const method of ['GET', 'DELETE']) {
      expect(await codeOf(ask(method))).toEqual([404, 'reel_not_found']);
    }
  } finally {
    await others.close();
  }
});

test('what nobody has made cannot be deleted', async () => {
  expect(await codeOf(remove(`sim-${'a'.repeat(26)}`))).toEqual([404, 'reel_not_found']);
  expect(await codeOf(remove('no-id'))).toEqual([404, 'reel_not_found']);
});

test('an image that another reel uses outlives the first of the two', async () => {
  const [first, second] = await Promise.all(
    ['one', 'two'].map((name) => service.make(name, { promptImage: PNG, title: name })),
  );
  const reference = String(first?.request.promptImage);
  await remove(first?.id ?? '');
  await erased(first?.id ?? '');
  await expect(service.storage.readImage(reference)).resolves.toBeDefined();
  await remove(second?.id ?? '');
  await erased(second?.id ?? '');
  await expect(service.storage.readImage(reference)).rejects.toThrow('There is no image');
});

test('while no worker runs a reel is hidden at once, and erased when one is back', async () => {
  const { id } = await service.make('deleted-alone');
  await service.closed(id);
  await service.stopWorkers();
  expect((await remove(id)).status).toBe(204);
  expect((await remove(id)).status).toBe(204);
  expect(await codeOf(service.api.fetch(`/v1/reels/${id}`))).toEqual([410, 'reel_deleted']);
  expect(await listed()).not.toContain(id);
  expect(await kept(id)).toEqual(expect.arrayContaining(['generation-1.mp4', 'record']));
  await service.startWorkers();
  await erased(id);
  expect(await kept(id)).toEqual(LEFT);
});

test('a deletion again finishes what was stopped half-way', async () => {
  const { id } = await service.make('deleted-twice');
  await service.closed(id);
  await service.stopWorkers();
  await remove(id);
  await service.env.client.workflow.getHandle(eraseWorkflowId(id)).terminate('test');
  await service.startWorkers();
  expect((await remove(id)).status).toBe(204);
  await erased(id);
  expect(await kept(id)).toEqual(LEFT);
  expect((await remove(id)).status).toBe(204);
});

describe('by age', () => {
  /** @param retentionMs `REEL_RETENTION`. What the run is started with says the opposite. */
  const sweep = async (retentionMs: number) => {
    await service.stopWorkers();
    await service.startWorkers({ retentionMs });
    return service.env.client.workflow.execute(SWEEP_REELS, {
      workflowId: `sweep-${Date.now()}`,
      taskQueue: 'reels',
      args: [{ retentionMs: 3_600_000 - retentionMs }],
    });
  };

  test('reels that ended long enough ago go, also a terminated one; younger and running ones stay', async () => {
    const [old, running, stopped] = await Promise.all([
      service.make('swept'),
      service.order('stuck', { title: 'running' }),
      service.order('stuck', { title: 'stopped' }),
    ]);
    await service.closed(old.id);
    for (const { id } of [running, stopped]) {
      await service.until(id, 'running', ({ phase }) => phase === 'running');
    }
    await service.handle(stopped.id).terminate('test');
    await service.ended(stopped.id);
    expect(await sweep(3_600_000)).toEqual({ erased: 0 });

    expect(await sweep(0)).toMatchObject({ erased: expect.any(Number) as number });
    for (const { id } of [old, stopped]) {
      await erased(id);
      expect(await kept(id)).toEqual(LEFT);
      expect(await codeOf(service.api.fetch(`/v1/reels/${id}`))).toEqual([410, 'reel_deleted']);
    }
    expect(await service.reel(running.id)).toMatchObject({ status: 'in_progress' });
    expect(await sweep(0)).toEqual({ erased: 0 });
    await service.api.post(`/v1/reels/${running.id}/cancel`);
    await service.ended(running.id);
  });

  test('the schedule is made, changed and removed as the setting says, also by several workers at once', async () => {
    const { client } = service.env;
    const schedule = client.schedule.getHandle(retentionScheduleId('test-'));
    const ensure = (retentionMs?: number) =>
      ensureRetentionSchedule(client, { taskQueuePrefix: 'test-', retentionMs });
    await Promise.all([ensure(3_600_000), ensure(3_600_000), ensure(3_600_000)]);
    expect(await schedule.describe()).toMatchObject({
      spec: { intervals: [{ every: 3_600_000 }] },
      action: { workflowType: SWEEP_REELS, taskQueue: 'test-reels', args: [{ retentionMs: 3_600_000 }] },
    });
    await schedule.pause();
    await ensure(7_200_000);
    expect(await schedule.describe()).toMatchObject({
      state: { paused: true },
      action: { args: [{ retentionMs: 7_200_000 }] },
    });
    await Promise.all([ensure(), ensure()]);
    await expect(schedule.describe()).rejects.toThrow('not found');
    await ensure();
  });

  test('a worker makes the schedule when it starts', async () => {
    const worker = await startProcess({
      ...service.processSettings,
      TASK_QUEUE_PREFIX: 'other-',
      REEL_RETENTION: '30d',
    });
    try {
      const schedule = service.env.client.schedule.getHandle(retentionScheduleId('other-'));
      expect(await schedule.describe()).toMatchObject({
        action: { taskQueue: 'other-reels', args: [{ retentionMs: 30 * 86_400_000 }] },
      });
    } finally {
      await worker.end();
    }
  });
});

test('Temporal has removed the runs of a deleted reel, also the one before a Reset', async () => {
  await eventually('no run is left', async () => (await runsOf(succeeded)) === 0);
  await expect(service.handle(succeeded).describe()).rejects.toThrow('not found');
});
