/** The worker dies, freezes, or comes back with another key, at the worst moments: nothing is lost or paid twice. */
import { eventually } from '../../tools/stack/eventually';
import type { Child } from '../../tools/stack/child';
import { Service } from '../support/service';
import { startProcess } from '../support/processes';

let service: Service;
let worker: Child;

const settings = () => ({
  ...service.processSettings,
  POLL_INTERVAL: '500ms',
  HEARTBEAT_TIMEOUT: '3s',
  SUBMIT_TIMEOUT: '3s',
  REGENERATE_DELAY: '200ms',
  LOST_ANSWER_QUIET: '10s',
  DECISION_PATIENCE: '1s',
});

beforeEach(async () => {
  service = await Service.start({ worker: 'process', simulator: { taskSeconds: 3 } });
  worker = await startProcess(settings());
});
afterEach(async () => {
  await worker.end();
  await service.stop();
});

/** Polls go out 500 ms apart; a busy machine may carry one later than the next. */
const LEAST_GAP_MS = 400;

/** The spacing of the polls by the wait; the last read is for the URL of the output. */
function pollGaps(scenario: string): number[] {
  const at = service.tasks(scenario)[0]?.polls.map((poll) => Date.parse(poll.at)) ?? [];
  return at.slice(1, -1).map((time, i) => time - (at[i] ?? 0));
}

test('kill -9 of the worker while the task runs: the next worker resumes the same task and keeps the spacing', async () => {
  const { id } = await service.order('kill-running');
  await service.until(id, 'running', ({ phase }) => phase === 'running');
  await worker.end('SIGKILL');
  expect((await service.reel(id)).status).toBe('in_progress');
  worker = await startProcess(settings());
  expect(await service.ended(id)).toMatchObject({
    status: 'succeeded',
    credits: { charged: 80, uncertain: 0 },
  });
  expect(service.posts('kill-running')).toHaveLength(1);
  expect(Math.min(...pollGaps('kill-running'))).toBeGreaterThanOrEqual(LEAST_GAP_MS);
});

test('kill -9 in mid-submit: the POST is not sent again, and the reel says that a task may exist', async () => {
  let posted = () => {};
  const arrived = new Promise<void>((resolve) => (posted = resolve));
  service.simulator.setHook(async ({ at }) => {
    if (at !== 'beforeTask') return undefined;
    posted();
    return { kind: 'hang' };
  });
  const { id } = await service.order('kill-submit');
  await arrived;
  await worker.end('SIGKILL');
  service.simulator.setHook();
  worker = await startProcess(settings());
  // The heartbeat time-out of a submit, and the time in which a live sender could still write its answer down.
  expect(await service.ended(id)).toMatchObject({
    status: 'failed',
    failure: { code: 'submit_outcome_unknown' },
    credits: { charged: 0, uncertain: 80 },
  });
  expect(service.posts('kill-submit')).toHaveLength(1);
});

test('a worker that is frozen in mid-submit and wakes up later does not lose the task', async () => {
  let [posted, release] = [() => {}, () => {}];
  const arrived = new Promise<void>((resolve) => (posted = resolve));
  // The answer is left in the socket of a process that stands still.
  const frozen = new Promise<void>((resolve) => (release = resolve));
  service.simulator.setHook(async ({ at }) => {
    if (at !== 'afterTask') return undefined;
    posted();
    await frozen;
    return undefined;
  });
  const { id } = await service.order('freeze-submit');
  await arrived;
  worker.signal('SIGSTOP');
  release();
  const second = await startProcess(settings());
  try {
    await service.until(id, 'the loss is noticed', ({ phase }) => phase === 'waiting_to_retry');
    worker.signal('SIGCONT');
    expect(await service.ended(id)).toMatchObject({ status: 'succeeded', credits: { uncertain: 0 } });
    expect(service.posts('freeze-submit')).toHaveLength(1);
  } finally {
    await second.end();
  }
});

test('a worker that is frozen while it waits does not poll beside its successor when it wakes up', async () => {
  // It runs for ever: however long a machine takes for the second worker, there is something to poll.
  const { id } = await service.order('stuck');
  await service.until(id, 'running', ({ phase }) => phase === 'running');
  worker.signal('SIGSTOP');
  const second = await startProcess(settings());
  try {
    const polls = () => service.tasks('stuck')[0]?.polls.length ?? 0;
    const morePolls = async (who: string) => {
      const before = polls();
      await eventually(`${who} polls`, () => polls() > before + 4);
    };
    // The server may still hand tasks to the frozen one, and learns each time after a heartbeat time-out.
    await morePolls('the second worker');
    worker.signal('SIGCONT');
    await morePolls('one of the two');
    expect(Math.min(...pollGaps('stuck'))).toBeGreaterThanOrEqual(LEAST_GAP_MS);
    expect((await service.reel(id)).phase).toBe('running');
    expect(service.posts('stuck')).toHaveLength(1);
  } finally {
    await second.end();
  }
});

test('SIGTERM hands a wait back: the next worker goes on at once, and nothing is cancelled at Runway', async () => {
  const { id } = await service.order('hand-back');
  await service.until(id, 'running', ({ phase }) => phase === 'running');
  expect(await worker.end('SIGTERM')).toBe(0);
  worker = await startProcess(settings());
  expect(await service.ended(id)).toMatchObject({ status: 'succeeded' });
  expect(service.tasks('hand-back')[0]?.deletes).toEqual([]);
  expect(service.posts('hand-back')).toHaveLength(1);
});

test('a key that is taken away while a task runs and given back later costs nothing but time', async () => {
  const { id } = await service.order('slow');
  await service.until(id, 'running', ({ phase }) => phase === 'running');
  await worker.end('SIGTERM');
  service.simulator.setAccount({ access: 'key_refused' });
  worker = await startProcess(settings());
  await service.until(id, 'the refusal', ({ phase }) => phase === 'waiting_for_access');
  await worker.end('SIGTERM');
  service.simulator.setAccount({ access: 'ok' });
  worker = await startProcess(settings());
  expect(await service.ended(id)).toMatchObject({ status: 'succeeded', credits: { charged: 80 } });
  expect(service.posts('slow')).toHaveLength(1);
});

test('a worker without a key and without an order to simulate refuses to start', async () => {
  const { SIMULATOR: _, ...rest } = settings();
  await expect(startProcess(rest)).rejects.toThrow('RUNWAYML_API_SECRET is not set');
});
