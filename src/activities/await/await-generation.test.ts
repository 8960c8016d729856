/** The wait for one task, against a Runway that answers as the test says. Only least times are held: never most. */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ActivityCancellationDetails, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { AwaitArgs, AwaitProgress, AwaitResult } from '../../domain/activity-args';
import type { RunwayTask, TaskRead } from '../../runway/calls/task-read';
import { openStorage } from '../../storage/storage';
import { StorageError } from '../../platform/files/disk-fault';
import type { Storage } from '../../storage/storage';
import { awaitGeneration } from './await-generation';
import type { ActivityDeps } from '../deps';

const backend = { kind: 'simulator', baseUrl: 'http://127.0.0.1:1' } as const;
const ARGS: AwaitArgs = {
  reelId: 'a'.repeat(26),
  generation: 1,
  backend,
  runwayTaskId: 'task-1',
  estimatedCredits: 80,
  pollIntervalMs: 10,
  heartbeatTimeoutMs: 30_000,
  stallPatienceMs: 3_600_000,
  deadlineAt: '2100-01-01T00:00:00.000Z',
};

const task = (status: string, more: Partial<RunwayTask> = {}): TaskRead => ({
  kind: 'task',
  task: { status, output: [], ...more },
});
const DONE = task('SUCCEEDED', { credits: 80 });
const FAULT: TaskRead = { kind: 'fault', words: 'HTTP 500' };
const GONE: TaskRead = { kind: 'not_found', words: 'Could not find Task' };
const refused = (httpStatus: number): TaskRead => ({ kind: 'access_refused', httpStatus, words: 'No.' });

/** Answers in turn; the last one for ever. */
class FakeRunway {
  readonly polledAt: number[] = [];
  constructor(private readonly answers: (TaskRead | (() => TaskRead | Promise<TaskRead>))[]) {}

  async readTask(): Promise<TaskRead> {
    const answer = this.answers[Math.min(this.polledAt.length, this.answers.length - 1)] ?? FAULT;
    this.polledAt.push(Date.now());
    return typeof answer === 'function' ? answer() : answer;
  }

  get gaps(): number[] {
    return this.polledAt.slice(1).map((at, index) => at - (this.polledAt[index] ?? 0));
  }
}

type Polls = Pick<Storage, 'takePollTurn' | 'forgetPolls'>;

/** Nobody else polls. */
const NO_OTHERS: Polls = { takePollTurn: async () => 0, forgetPolls: async () => {} };

class Attempt {
  readonly environment: MockActivityEnvironment;
  readonly beats: AwaitProgress[] = [];
  readonly startedAt = Date.now();
  readonly result: Promise<AwaitResult>;

  constructor(
    readonly runway: FakeRunway,
    args: Partial<AwaitArgs> = {},
    { details, storage = NO_OTHERS }: { details?: AwaitProgress; storage?: Polls } = {},
  ) {
    this.environment = new MockActivityEnvironment(
      { heartbeatDetails: details },
      { logger: new DefaultLogger('ERROR', () => {}) },
    );
    this.environment.on('heartbeat', (beat) => this.beats.push(structuredClone(beat) as AwaitProgress));
    const deps = { backend, runway, storage } as unknown as ActivityDeps;
    this.result = this.environment.run(async () => awaitGeneration(deps)({ ...ARGS, ...args }));
    this.result.catch(() => undefined);
  }
}

const attempt = (...answers: ConstructorParameters<typeof FakeRunway>[0]) =>
  new Attempt(new FakeRunway(answers));
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

describe('the end of a task', () => {
  test('that succeeded is told with what Runway charged', async () => {
    const wait = attempt(task('PENDING'), task('THROTTLED'), task('RUNNING', { progress: 0.5 }), DONE);
    expect(await wait.result).toEqual({ status: 'succeeded', credits: 80 });
    expect(wait.runway.polledAt).toHaveLength(4);
  });

  test('that says nothing of its cost leaves it open', async () => {
    expect(await attempt(task('SUCCEEDED')).result).toEqual({ status: 'succeeded' });
  });

  test('that failed carries the catalog’s verdict, Runway’s words, the Operation ID and the charge', async () => {
    const failure = 'Generation failed: {"code":13,"message":"Internal error."}';
    const failed = attempt(task('FAILED', { failureCode: 'INTERNAL', failure, credits: 0 }));
    await expect(failed.result).rejects.toMatchObject({
      type: 'Runway.InternalError',
      nonRetryable: true,
      details: [
        {
          code: 'internal_error',
          verdict: 'regenerate',
          operationId: 'task-1',
          runwayFailureCode: 'INTERNAL',
          runwayFailure: failure,
          chargedCredits: 0,
        },
      ],
    });
  });

  test('that failed without a cost is uncertain up to the estimate', async () => {
    const error = await attempt(task('FAILED', { failureCode: 'NEW.CODE' })).result.catch((e: unknown) => e);
    expect(error).toMatchObject({ type: 'Runway.UnknownFailureCode' });
    const { details, message } = error as { details: [object]; message: string };
    expect(details[0]).not.toHaveProperty('chargedCredits');
    expect(message).toContain('up to $0.80 (80 credits)');
  });

  test('that somebody cancelled at Runway is an end by that name', async () => {
    await expect(attempt(task('CANCELLED', { credits: 20 })).result).rejects.toMatchObject({
      type: 'Runway.CancelledAtRunway',
      details: [{ chargedCredits: 20 }],
    });
  });
});

describe('a bad poll never loses a task', () => {
  test.each([
    ['faults', [FAULT, FAULT, FAULT]],
    ['refused access', [refused(401), refused(402), refused(403)]],
    ['a status of tomorrow', [task('DREAMING'), task('DREAMING')]],
    ['404s of a task that is there after all', [GONE, GONE, GONE, GONE]],
  ])('%s', async (_, answers) => {
    expect(await attempt(...answers, DONE).result).toEqual({ status: 'succeeded', credits: 80 });
  });

  test('a 404 counts only in a row: anything between begins the count anew', async () => {
    const row = [GONE, GONE, GONE, GONE];
    const wait = attempt(...row, FAULT, ...row, refused(401), ...row, task('RUNNING'), ...row, DONE);
    expect(await wait.result).toMatchObject({ status: 'succeeded' });
    expect(Math.max(...wait.beats.map(({ notFound }) => notFound?.count ?? 0))).toBe(4);
  });

  test('a 404 for good counts after five in a row, and over two minutes at Runway’s pace', async () => {
    const wait = attempt(GONE);
    await expect(wait.result).rejects.toMatchObject({ type: 'Runway.TaskNotFound', nonRetryable: true });
    const [first = 0, ...others] = wait.runway.polledAt;
    expect(others.length).toBeGreaterThanOrEqual(4);
    // 24 intervals: two minutes of five-second ones.
    expect((others.at(-1) ?? 0) - first).toBeGreaterThanOrEqual(24 * 10);
  });

  test('an old row of 404s, known from the heartbeat, still needs five', async () => {
    const details = { progress: 0, polls: 1, notFound: { count: 1, since: ago(3_600_000) } };
    const wait = new Attempt(new FakeRunway([GONE, GONE, DONE]), {}, { details });
    expect(await wait.result).toMatchObject({ status: 'succeeded' });
  });
});

describe('progress', () => {
  test('is told live, and never falls', async () => {
    const answers = [0.2, 0.6, 0.1, 0.7].map((progress) => task('RUNNING', { progress }));
    const wait = attempt(...answers, task('RUNNING'), DONE);
    await wait.result;
    const told = wait.beats.map(({ progress }) => progress);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(0.7);
    expect(wait.beats.at(-1)).toMatchObject({ runwayStatus: 'RUNNING', polls: 5 });
  });

  test('goes on from where the last attempt was', async () => {
    const details = { progress: 0.8, polls: 7, runningSince: ago(9_000), lastPollAt: ago(9_000) };
    const runway = new FakeRunway([task('RUNNING', { progress: 0.1 }), DONE]);
    const wait = new Attempt(runway, {}, { details });
    await wait.result;
    expect(wait.beats.at(-1)).toMatchObject({ progress: 0.8, polls: 8, runningSince: details.runningSince });
  });

  test('says since when access is refused, and that it is given again', async () => {
    const wait = attempt(refused(401), FAULT, refused(403), GONE, task('RUNNING'), task('RUNNING'), DONE);
    await wait.result;
    const told = wait.beats.map(({ accessRefused }) => accessRefused);
    const shown = told.filter((one) => one !== undefined);
    expect(new Set(shown.map(({ since }) => since)).size).toBe(1);
    expect(shown.map(({ httpStatus }) => httpStatus)).toContain(403);
    expect(told.at(-1)).toBeUndefined();
    const gone = wait.beats.findIndex(({ notFound }) => notFound !== undefined);
    expect(wait.beats[gone]).not.toHaveProperty('accessRefused');
  });

  test('that stands still past the patience ends the wait', async () => {
    const runway = new FakeRunway([task('RUNNING', { progress: 0.5 })]);
    const wait = new Attempt(runway, { stallPatienceMs: 60 });
    expect(await wait.result).toEqual({ status: 'stalled' });
    expect((runway.polledAt.at(-1) ?? 0) - (runway.polledAt[0] ?? 0)).toBeGreaterThanOrEqual(59);
  });

  test('with statuses that nobody knows is waited for as long, counted from the first of them', async () => {
    const runway = new FakeRunway([task('PENDING'), task('DREAMING'), task('WAKING')]);
    const wait = new Attempt(runway, { stallPatienceMs: 60 });
    expect(await wait.result).toEqual({
      status: 'stalled',
      words: 'its status is "WAKING", which is not known here',
    });
    expect((runway.polledAt.at(-1) ?? 0) - (runway.polledAt[1] ?? 0)).toBeGreaterThanOrEqual(59);
  });

  test('with a status that is known again is as patient as ever', async () => {
    const answers = [task('DREAMING'), ...Array<TaskRead>(8).fill(task('PENDING')), DONE];
    const wait = new Attempt(new FakeRunway(answers), { stallPatienceMs: 40 });
    expect(await wait.result).toMatchObject({ status: 'succeeded' });
  });

  test('cannot stand still before the task runs', async () => {
    const answers = [...Array<TaskRead>(8).fill(task('PENDING')), DONE];
    const wait = new Attempt(new FakeRunway(answers), { stallPatienceMs: 20 });
    expect(await wait.result).toMatchObject({ status: 'succeeded' });
  });
});

describe('two polls of a task keep their distance', () => {
  const pollIntervalMs = 200;
  const firstPoll = async (details?: AwaitProgress): Promise<number> => {
    const wait = new Attempt(new FakeRunway([DONE]), { pollIntervalMs }, { details });
    await wait.result;
    return wait.runway.polledAt[0] ?? 0;
  };

  test('within an attempt', async () => {
    const runway = new FakeRunway([task('RUNNING'), task('RUNNING'), DONE]);
    await new Attempt(runway, { pollIntervalMs }).result;
    expect(Math.min(...runway.gaps)).toBeGreaterThanOrEqual(pollIntervalMs - 2);
  });

  test('from the submit, which tells no time', async () => {
    const before = Date.now();
    expect((await firstPoll()) - before).toBeGreaterThanOrEqual(pollIntervalMs - 2);
  });

  test('after a death that came right after a poll', async () => {
    const lastPollAt = ago(20);
    const polled = await firstPoll({ progress: 0, polls: 1, lastPollAt });
    expect(polled - Date.parse(lastPollAt)).toBeGreaterThanOrEqual(pollIntervalMs);
  });

  test('after a death before which a poll was planned that may have been made', async () => {
    const nextPollAt = ago(20);
    const polled = await firstPoll({ progress: 0, polls: 1, lastPollAt: ago(300), nextPollAt });
    expect(polled - Date.parse(nextPollAt)).toBeGreaterThanOrEqual(pollIntervalMs);
  });

  test('and a poll that was planned for much later is not waited for', async () => {
    const nextPollAt = new Date(Date.now() + 3_600_000).toISOString();
    // It would outlast the test.
    await firstPoll({ progress: 0, polls: 1, lastPollAt: ago(300), nextPollAt });
  });

  test.each(['one process', 'two processes'])('when two attempts overlap in %s', async (where) => {
    const root = await mkdtemp(join(tmpdir(), 'reels-polls-'));
    const one = await openStorage({ root });
    const storages = [one, where === 'one process' ? one : await openStorage({ root })];
    await mkdir(join(root, 'reels', ARGS.reelId), { recursive: true });
    const runway = new FakeRunway([...Array<TaskRead>(5).fill(task('RUNNING')), DONE]);
    let turns = 0;
    const counted = ({ takePollTurn, forgetPolls }: Polls): Polls => ({
      forgetPolls,
      takePollTurn: async (turn) => {
        const wait = await takePollTurn(turn);
        if (wait === 0) turns += 1;
        return wait;
      },
    });
    await Promise.all(
      storages.map(
        (storage) => new Attempt(runway, { pollIntervalMs: 60 }, { storage: counted(storage) }).result,
      ),
    );
    // That turns keep their distance, directory-polls.test.ts shows; a busy machine carries a poll later than its turn.
    expect(runway.polledAt).toHaveLength(turns);
    expect(turns).toBeGreaterThanOrEqual(6);
    expect(await readdir(join(root, 'reels', ARGS.reelId))).toEqual([]);
    await rm(root, { recursive: true });
  });

  test('and a storage that fails loses no poll', async () => {
    const broken = async () => {
      throw new StorageError('disk', 'the disk is full');
    };
    const storage = { takePollTurn: broken, forgetPolls: broken };
    const wait = new Attempt(new FakeRunway([task('RUNNING'), DONE]), {}, { storage });
    expect(await wait.result).toMatchObject({ status: 'succeeded' });
  });

  test('and a throttled task is polled rarely, as is one whose reads fail', async () => {
    const runway = new FakeRunway([task('THROTTLED'), refused(401), FAULT, FAULT, DONE]);
    await new Attempt(runway).result;
    const [throttled = 0, refusal = 0, fault = 0, second = 0] = runway.gaps;
    expect(throttled).toBeGreaterThanOrEqual(59);
    expect(refusal).toBeGreaterThanOrEqual(119);
    expect(fault).toBeGreaterThanOrEqual(9);
    expect(second).toBeGreaterThanOrEqual(19);
  });

  test('Retry-After is followed', async () => {
    const runway = new FakeRunway([{ ...FAULT, retryAfterMs: 150 } as TaskRead, DONE]);
    await new Attempt(runway).result;
    expect(runway.gaps[0]).toBeGreaterThanOrEqual(149);
  });
});

describe('the deadline', () => {
  test('ends the wait, and says whether the task ever ran', async () => {
    const deadlineAt = () => new Date(Date.now() + 1_000).toISOString();
    const pending = new Attempt(new FakeRunway([task('PENDING')]), { deadlineAt: deadlineAt() });
    expect(await pending.result).toEqual({ status: 'deadline', started: false });
    const running = new Attempt(new FakeRunway([task('RUNNING')]), { deadlineAt: deadlineAt() });
    expect(await running.result).toEqual({ status: 'deadline', started: true });
  });

  test('that has passed before the attempt begins ends it without a poll', async () => {
    const wait = new Attempt(new FakeRunway([DONE]), { deadlineAt: ago(1_000) });
    expect(await wait.result).toMatchObject({ status: 'deadline' });
    expect(wait.runway.polledAt).toEqual([]);
  });
});

describe('an attempt that is told to stop', () => {
  const handedBack = { type: 'Worker.HandedBack', nonRetryable: false };
  const stopping = new ActivityCancellationDetails({ workerShutdown: true });

  test('by a cancel of the reel ends as cancelled', async () => {
    const wait = attempt(task('RUNNING'));
    wait.environment.once('heartbeat', () => wait.environment.cancel());
    await expect(wait.result).rejects.toBeInstanceOf(CancelledFailure);
  });

  test('by a cancel during a poll does not take the poll for a fault', async () => {
    const wait: Attempt = attempt(() => {
      wait.environment.cancel();
      return FAULT;
    });
    await expect(wait.result).rejects.toBeInstanceOf(CancelledFailure);
  });

  test('by the stop of its worker hands the task back, with all that it knows, at once', async () => {
    const wait: Attempt = attempt(task('RUNNING', { progress: 0.4 }), () => {
      wait.environment.cancel('WORKER_SHUTDOWN', stopping);
      return FAULT;
    });
    await expect(wait.result).rejects.toMatchObject({ ...handedBack, nextRetryDelay: 100 });
    expect(wait.beats.at(-1)).toMatchObject({ progress: 0.4, polls: 1 });
  });

  test('because another took its place hands back too, and never cancels at Runway', async () => {
    const wait: Attempt = attempt(() => {
      wait.environment.cancel('NOT_FOUND', new ActivityCancellationDetails({ notFound: true }));
      return FAULT;
    });
    await expect(wait.result).rejects.toMatchObject(handedBack);
  });

  test('after a freeze steps back before it polls: it may have been replaced', async () => {
    const runway = new FakeRunway([DONE]);
    const wait = new Attempt(runway, { pollIntervalMs: 500, heartbeatTimeoutMs: 600 });
    await new Promise((resolve) => wait.environment.once('heartbeat', resolve));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 900);
    await expect(wait.result).rejects.toMatchObject(handedBack);
    expect(runway.polledAt).toEqual([]);
  });

  test('after its clock was set back steps back, and the next attempt polls in time', async () => {
    const wait = new Attempt(new FakeRunway([DONE]), { pollIntervalMs: 500, heartbeatTimeoutMs: 600 });
    await new Promise((resolve) => wait.environment.once('heartbeat', resolve));
    const now = Date.now.bind(Date);
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() - 3_600_000);
    try {
      await expect(wait.result).rejects.toMatchObject(handedBack);
      const next = new Attempt(new FakeRunway([DONE]), {}, { details: wait.beats.at(-1) });
      expect(await next.result).toMatchObject({ status: 'succeeded' });
    } finally {
      clock.mockRestore();
    }
  });
});

test('a poll that takes longer than the heartbeat time-out is beaten through', async () => {
  // Ends only when the attempt has beaten while it waits.
  const slow = () =>
    new Promise<TaskRead>((resolve) => wait.environment.once('heartbeat', () => resolve(DONE)));
  const wait: Attempt = new Attempt(new FakeRunway([slow]), { heartbeatTimeoutMs: 6_000 });
  expect(await wait.result).toMatchObject({ status: 'succeeded' });
});

test('a worker with another backend polls nothing', async () => {
  const runway = new FakeRunway([DONE]);
  const bound = { kind: 'runway', baseUrl: 'https://runway.example' } as const;
  const wait = new Attempt(runway, { backend: bound });
  await expect(wait.result).rejects.toMatchObject({ type: 'Runway.WrongBackend' });
  expect(runway.polledAt).toEqual([]);
});
