/** What the API shows of reels that are being made, with real workers, and without. */
import { isDeepStrictEqual } from 'node:util';
import type { Reel } from '../../src/contract/schemas/reel';
import { eventually } from '../../tools/stack/eventually';
import { Service } from '../support/service';

let service: Service;
beforeAll(async () => {
  // The daily limit is looked at every 15 minutes: the deadline must be later.
  service = await Service.start({ simulator: { taskSeconds: 3 }, policy: { reelDeadlineMs: 3_600_000 } });
});
afterAll(() => service.stop());

test('/readyz is 200 once workers have polled both task queues', async () => {
  const answer = await eventually('readiness', async () => {
    const ready = await service.api.fetch('/readyz');
    return ready.ok && ready;
  });
  expect(await answer.json()).toEqual({
    status: 'ready',
    parts: { temporal: 'up', worker: 'up', waits: 'up', storage: 'up' },
    storage: { freeBytes: expect.any(Number) as number },
  });
});

test('a reel goes forward only: its phases in order, its progress never falling', async () => {
  const { id } = await service.order('throttled');
  const seen: Reel[] = [];
  await eventually('the end', async () => {
    const reel = await service.reel(id);
    seen.push(reel);
    return reel.status === 'succeeded';
  });
  await service.closed(id);
  const progress = seen.map((reel) => reel.progress);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  expect(progress.some((value) => value > 0 && value < 1)).toBe(true);
  const phases = [...new Set(seen.map((reel) => reel.phase))];
  const order = ['submitting', 'queued_at_runway', 'waiting_for_slot', 'running', 'storing', 'done'];
  expect(phases.filter((phase) => !order.includes(phase))).toEqual([]);
  expect(phases).toEqual(expect.arrayContaining(['waiting_for_slot', 'running', 'done']));
  expect(phases.indexOf('waiting_for_slot')).toBeLessThan(phases.indexOf('running'));
  const afterRunning = seen.slice(seen.findIndex((reel) => reel.phase === 'running'));
  expect(afterRunning.map((reel) => reel.phase)).not.toContain('queued_at_runway');
  const updates = seen.map((reel) => reel.updatedAt);
  expect(updates).toEqual([...updates].sort());
});

test.each([
  ['429-always', 'waiting_for_quota'],
  ['500-always', 'waiting_to_retry'],
])('%s: the reel says that it waits, for what and until when', async (scenario, phase) => {
  const { id } = await service.order(scenario);
  const reel = await service.until(id, phase, (seen) => seen.phase === phase);
  expect(reel).toMatchObject({
    status: 'in_progress',
    waiting: { for: expect.any(String), nextAt: expect.stringMatching(/Z$/) },
  });
  expect((await service.api.post(`/v1/reels/${id}/cancel`)).status).toBe(202);
  expect(await service.ended(id)).toMatchObject({ status: 'cancelled', credits: { uncertain: 0 } });
  await service.closed(id);
});

test('a key that was taken away reads as waiting for access', async () => {
  const { id } = await service.order('polls-401');
  const reel = await service.until(id, 'refused', ({ phase }) => phase === 'waiting_for_access');
  expect(reel.waiting?.for).toContain('401');
  expect((await service.ended(id)).status).toBe('succeeded');
});

describe('with the workers gone in the middle', () => {
  let running: Reel;
  beforeAll(async () => {
    const { id } = await service.order('stuck', { title: 'Left alone' });
    running = await service.until(id, 'progress', ({ progress }) => progress > 0);
    await service.stopWorkers();
  });

  test('a reel reads on with what it had reached', async () => {
    const { id, progress, generations } = running;
    expect(await service.reel(id)).toMatchObject({ status: 'in_progress', progress, generations });
  });

  test('an Operation ID finds its reel, and only for whom it belongs to', async () => {
    const taskId = running.generations[0]?.runwayTaskId;
    const answer = await service.api.fetch(`/v1/reels?runwayTaskId=${taskId}`);
    expect(await answer.json()).toMatchObject({ reels: [{ id: running.id }], nextCursor: null });
  });

  test('the list has the newest first, each as its own GET reads it', async () => {
    // Spread: arrays that fetch made are not those of this realm.
    const unsigned = (reels: Reel[]) => [...reels].map(({ video: _, ...reel }) => reel);
    // The reel without a worker changes by itself when its heartbeat is missed: both are read again then.
    const reels = await eventually('the list and the single reads agree', async () => {
      const list = (await (await service.api.fetch('/v1/reels')).json()) as { reels: Reel[] };
      const single = await Promise.all(list.reels.map(({ id }) => service.reel(id)));
      return isDeepStrictEqual(unsigned(list.reels), unsigned(single)) && list.reels;
    });
    expect(reels[0]?.id).toBe(running.id);
    const asked = reels.map(({ createdAt }) => createdAt);
    expect(asked).toEqual([...asked].sort().reverse());
  });

  test('one that is terminated now is listed as uncertain', async () => {
    await service.handle(running.id).terminate('test');
    const found = await eventually('the list', async () => {
      const answer = await service.api.fetch('/v1/reels?uncertain=true');
      const { reels } = (await answer.json()) as { reels: Reel[] };
      return reels.length > 0 && reels;
    });
    expect(found.map(({ id }) => id)).toEqual([running.id]);
    expect(found[0]).toMatchObject({ status: 'failed', credits: { uncertain: 80 } });
  });
});
