/** A cancel that meets something else: what an earlier run sent, a refusal, a download. Nothing goes on unseen. */
import { workflowIdOf } from '../../src/domain/reel';
import { eventually } from '../../tools/stack/eventually';
import { Service } from '../support/service';
import { temporalButtons } from '../support/temporal-buttons';

let service: Service;
beforeAll(async () => {
  service = await Service.start({ simulator: { taskSeconds: 600 } });
});
afterEach(() => service.simulator.setHook());
afterAll(() => service.stop());

test('after a Reset, the task of the earlier run is ended at Runway, and its possible charge is on the reel', async () => {
  const { id } = await service.order('reset-cancel');
  await service.until(id, 'the task', ({ generations }) => generations[0]?.runwayTaskId !== undefined);
  await service.stopWorkers();
  await temporalButtons(service.env.client).reset(workflowIdOf(id), 'first');
  // Known to the server before any worker takes up the new run.
  await service.handle(id).cancel();
  await service.startWorkers();

  await eventually('the task is deleted', () => service.tasks('reset-cancel')[0]?.status === 'DELETED');
  const reel = await service.ended(id);
  expect(reel).toMatchObject({
    status: 'cancelled',
    generations: [{ number: 1, status: 'cancelled', runwayTaskId: service.tasks('reset-cancel')[0]?.id }],
    credits: { charged: 0, uncertain: 80 },
  });
  expect(service.posts('reset-cancel')).toHaveLength(1);
});

/** Holds what the simulator does at a point until it is released. */
function hold(point: 'received' | 'output'): { reached: Promise<void>; release: () => void } {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const reached = new Promise<void>((resolve) => {
    service.simulator.setHook(async ({ at }) => {
      if (at !== point) return undefined;
      resolve();
      await held;
      return undefined;
    });
  });
  return { reached, release: () => release() };
}

async function cancelKnown(id: string): Promise<void> {
  await service.handle(id).cancel();
  await eventually('the cancellation is known', async () => {
    const { raw } = await service.handle(id).describe();
    return raw.workflowExtendedInfo?.cancelRequested;
  });
}

test('a submit that is refused while it is cancelled ends the reel as cancelled, not as failed', async () => {
  const { reached, release } = hold('received');
  const { id } = await service.order('429-always');
  await reached;
  await cancelKnown(id);
  release();
  expect(await service.ended(id)).toMatchObject({
    status: 'cancelled',
    credits: { charged: 0, uncertain: 0 },
  });
  expect((await service.closed(id)).status.name).toBe('CANCELLED');
  // What the workflow was told: a failure, and no cancellation.
  const { events } = await service.handle(id).fetchHistory();
  expect(events?.filter((event) => event.activityTaskFailedEventAttributes)).toHaveLength(1);
});

test('a download that is cancelled ends the reel as cancelled, with what it cost', async () => {
  const { reached, release } = hold('output');
  const { id } = await service.order('cancel-download');
  await service.until(id, 'the task', ({ generations }) => generations[0]?.runwayTaskId !== undefined);
  service.simulator.advance(3_600);
  await reached;
  await cancelKnown(id);
  expect(await service.ended(id)).toMatchObject({
    status: 'cancelled',
    credits: { charged: 80, uncertain: 0 },
  });
  release();
});
