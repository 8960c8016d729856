/** A run that is reset and then cancelled before it has come to what an earlier run sent: nothing goes on unseen. */
import { eventually } from '../support/eventually';
import { Service } from '../support/service';

let service: Service;
beforeAll(async () => {
  service = await Service.start({ simulator: { taskSeconds: 600 } });
});
afterAll(() => service.stop());

async function resetToStart(id: string): Promise<void> {
  const handle = service.handle(id);
  const { events } = await handle.fetchHistory();
  const first = events?.find((event) => event.workflowTaskCompletedEventAttributes);
  await service.env.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: handle.workflowId },
    workflowTaskFinishEventId: first?.eventId,
    requestId: `reset-${id}`,
    reason: 'test',
  });
}

test('the task of the earlier run is ended at Runway, and its possible charge is on the reel', async () => {
  const { id } = await service.order('reset-cancel');
  await service.until(id, 'the task', ({ generations }) => generations[0]?.runwayTaskId !== undefined);
  await service.stopWorkers();
  await resetToStart(id);
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
