/** A reel is cancelled at every stage: paying stops, what was paid is told, and no task ID is lost. */
import { Service } from '../support/service';
import { eventually } from '../../tools/stack/eventually';

let service: Service;
beforeAll(async () => {
  // Tasks long enough that none ends by itself, and a deadline that permits the wait for a daily limit.
  service = await Service.start({ simulator: { taskSeconds: 4 }, policy: { reelDeadlineMs: 172_800_000 } });
});
afterEach(() => service.simulator.setHook());
afterAll(() => service.stop());

const cancel = (id: string) => service.api.post(`/v1/reels/${id}/cancel`);

test('a cancel in mid-submit still learns the task ID, and deletes that task', async () => {
  let answer = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  let arrived = () => {};
  const posted = new Promise<void>((resolve) => (arrived = resolve));
  service.simulator.setHook(async ({ at }) => {
    if (at !== 'afterTask') return undefined;
    arrived();
    await held;
    return undefined;
  });
  const { id } = await service.order('cancel-submit');
  await posted;
  expect((await cancel(id)).status).toBe(202);
  await eventually('the cancellation is known', async () => {
    const { raw } = await service.handle(id).describe();
    return raw.workflowExtendedInfo?.cancelRequested;
  });
  answer();
  const reel = await service.ended(id);
  const [task] = service.tasks('cancel-submit');
  expect(task?.status).toBe('DELETED');
  // What a deleted task cost cannot be read any more.
  expect(reel).toMatchObject({
    status: 'cancelled',
    generations: [{ status: 'cancelled', runwayTaskId: task?.id }],
    credits: { charged: 0, uncertain: 80 },
  });
  expect(service.posts('cancel-submit')).toHaveLength(1);
  expect((await service.closed(id)).status.name).toBe('CANCELLED');
});

test.each([
  ['pending-forever', 'queued_at_runway'],
  ['throttled-forever', 'waiting_for_slot'],
  ['stuck', 'running'],
])('a cancel while the task is in %s deletes it at Runway', async (scenario, phase) => {
  const { id } = await service.order(scenario);
  await service.until(id, phase, (reel) => reel.phase === phase);
  await cancel(id);
  const reel = await service.ended(id);
  expect(reel).toMatchObject({ status: 'cancelled', phase: 'done', credits: { uncertain: 80 } });
  expect(service.tasks(scenario)[0]?.deletes).toHaveLength(1);
});

test.each(['delete-500-once', 'delete-lost'])('%s: the task is ended all the same', async (scenario) => {
  const { id } = await service.order(scenario);
  await service.until(id, 'the task', ({ generations }) => generations[0]?.runwayTaskId !== undefined);
  await cancel(id);
  expect(await service.ended(id)).toMatchObject({ status: 'cancelled' });
  expect(service.tasks(scenario)[0]?.status).toBe('DELETED');
});

test('a cancel while the submit backs off sends nothing more and costs nothing', async () => {
  const { id } = await service.order('429-always');
  await service.until(id, 'the quota', ({ phase }) => phase === 'waiting_for_quota');
  await cancel(id);
  expect(await service.ended(id)).toMatchObject({
    status: 'cancelled',
    credits: { charged: 0, uncertain: 0 },
  });
  expect(service.posts('429-always')).toHaveLength(1);
});

test('a cancel that finds the task finished leaves its output alone and tells the charge', async () => {
  // The poll that would see the end is held back, so that the cancel comes first.
  const { id } = await service.order('cancel-finished');
  await service.until(id, 'the task', ({ generations }) => generations[0]?.runwayTaskId !== undefined);
  let polls = 0;
  service.simulator.setHook(({ at }) => {
    if (at !== 'poll') return undefined;
    polls += 1;
    return { kind: 'answer', status: 500, json: { error: 'later' } };
  });
  await eventually('polls that fail', () => polls > 1);
  service.simulator.advance(60);
  await cancel(id);
  service.simulator.setHook();
  const reel = await service.ended(id);
  expect(reel).toMatchObject({ status: 'cancelled', credits: { charged: 80, uncertain: 0 } });
  expect(service.tasks('cancel-finished')[0]).toMatchObject({ status: 'SUCCEEDED', deletes: [] });
});

test('a cancel after the end changes nothing, and the file stays', async () => {
  const reel = await service.make('cancel-late');
  const answer = await cancel(reel.id);
  expect(answer.status).toBe(202);
  expect(await answer.json()).toMatchObject({ status: 'succeeded' });
  expect((await fetch(reel.video?.url ?? '')).status).toBe(200);
  expect((await cancel(reel.id)).status).toBe(202);
});
