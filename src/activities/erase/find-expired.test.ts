import { DAY_MS, HOUR_MS } from '../../contract/duration';
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { activityDeps, BACKEND, runActivity } from '../../../test/support/activity-deps';
import type { ReelStatus } from '../../contract/reel';
import { makeHead, queuedState } from '../../domain/reel';
import { estimateCredits } from '../../runway/models/prices';
import { parseReelRequest } from '../../runway/models/request-rules';
import { findExpired } from './find-expired';

const id = 'a'.repeat(26);

let deps: Awaited<ReturnType<typeof activityDeps>>;
beforeEach(async () => void (deps = await activityDeps()));
afterEach(() => deps.remove());

const ago = (ms: number) => new Date(Date.now() - ms);

/** @param ageMs since the record was written. */
async function keep(status: ReelStatus, ageMs: number, settings: Record<string, unknown> = {}) {
  const parsed = parseReelRequest({ promptText: 'Snow falls on a quiet town', ...settings });
  if (!parsed.ok) throw new Error('the request is wrong');
  const { request } = parsed;
  const at = ago(ageMs).toISOString();
  const head = makeHead({
    id,
    client: 'site',
    bodyHash: 'h',
    createdAt: at,
    backend: BACKEND,
    request,
    estimatedCredits: estimateCredits(request),
  });
  const state = { ...queuedState(head), status, updatedAt: at };
  await deps.storage.writeRecord({ schemaVersion: 1, workflowId: `reel-${id}`, head, state });
}

/** @param run as Temporal describes it; undefined: it knows of none. */
async function sweep(
  run: { status: string; closeTime?: Date } | undefined,
  { retentionMs = DAY_MS, asked = { retentionMs: 0 } } = {},
) {
  const describe = () =>
    run
      ? Promise.resolve({ ...run, status: { name: run.status } })
      : Promise.reject(new WorkflowNotFoundError('none', `reel-${id}`, undefined));
  const client = {
    workflow: { getHandle: () => ({ describe }) },
    withAbortSignal: (_signal: AbortSignal, call: () => unknown) => call(),
  } as unknown as Client;
  const found = await runActivity(findExpired({ ...deps, retentionMs }), asked, client);
  return found.map(({ tombstone }) => tombstone.id);
}

test('a reel that ended long enough ago goes, with its run and without', async () => {
  await keep('succeeded', 2 * DAY_MS);
  expect(await sweep({ status: 'COMPLETED', closeTime: ago(2 * DAY_MS) })).toEqual([id]);
  expect(await sweep(undefined)).toEqual([id]);
});

test('a failed reel that was reset is being made, whatever its record still says', async () => {
  await keep('failed', 2 * DAY_MS);
  expect(await sweep({ status: 'RUNNING' })).toEqual([]);
  // It was terminated then: its age counts from there.
  expect(await sweep({ status: 'TERMINATED', closeTime: ago(HOUR_MS) })).toEqual([]);
});

test('a reel whose run was lost before it ended is kept until its deadline, and its time after that', async () => {
  await keep('in_progress', 3 * DAY_MS, { deadline: '3d' });
  expect(await sweep(undefined)).toEqual([]);
  await keep('in_progress', 5 * DAY_MS, { deadline: '3d' });
  expect(await sweep(undefined)).toEqual([id]);
});

test('the settings alone say how long a reel is kept: an argument says nothing', async () => {
  await keep('succeeded', HOUR_MS);
  expect(await sweep(undefined)).toEqual([]);
  expect(await sweep(undefined, { retentionMs: HOUR_MS / 2, asked: { retentionMs: 10 * DAY_MS } })).toEqual([
    id,
  ]);
});

test('without a setting nothing goes, also where a schedule of an earlier one is left', async () => {
  await keep('succeeded', 900 * DAY_MS);
  expect(await runActivity(findExpired(deps), { retentionMs: 0 })).toEqual([]);
});

test('what is to go is noted here, for the workflow that erases it', async () => {
  await keep('succeeded', HOUR_MS);
  await sweep(undefined);
  expect(await deps.storage.readDeletion(id)).toBeUndefined();
  await keep('succeeded', 2 * DAY_MS);
  await sweep(undefined);
  expect(await deps.storage.readDeletion(id)).toMatchObject({ id, client: 'site', bodyHash: 'h' });
});
