/** A submit and its claims, with a real folder: whatever dies or fails where, no second POST, and no lost task ID. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ActivityCancellationDetails, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { Settlement, SubmitArgs, Submitted } from '../../domain/activity-args';
import { makeHead, queuedState, type ReelRecord } from '../../domain/reel';
import type { ReelRequest } from '../../contract/schemas/request';
import { entryOf } from '../../runway/failures/error-catalog';
import type { SubmitOutcome } from '../../runway/calls/submit-outcome';
import type { ClaimEntry } from '../../database/claims';
import { openStorage } from '../../storage/storage';
import { StorageError } from '../../platform/files/disk-fault';
import type { Storage } from '../../storage/storage';
import type { ActivityDeps } from '../deps';
import { failure } from '../failure';
import { settleSubmission } from './settle-submission';
import { submitGeneration } from './submit-generation';

const backend = { kind: 'simulator', baseUrl: 'http://127.0.0.1:1' } as const;
const args: SubmitArgs = {
  reelId: 'a'.repeat(26),
  generation: 1,
  backend,
  client: 'local',
  request: { promptText: 'x', model: 'veo3.1_fast', ratio: '720:1280', duration: 8, audio: 'none' },
  timeoutMs: 5_000,
  earlier: [],
};
const HEAD = makeHead({
  id: args.reelId,
  client: 'local',
  bodyHash: '',
  createdAt: new Date().toISOString(),
  backend,
  request: args.request,
  estimatedCredits: 80,
});
const RECORD: ReelRecord = {
  schemaVersion: 1,
  workflowId: `reel-${args.reelId}`,
  head: HEAD,
  state: queuedState(HEAD),
};
const key = { reelId: args.reelId, generation: 1, number: 1 };
const CREATED: SubmitOutcome = {
  kind: 'created',
  runwayTaskId: 'task-1',
  estimatedCredits: 80,
  requestId: 'req-1',
};
const TASK = { runwayTaskId: 'task-1', estimatedCredits: 80, requestId: 'req-1' };

const refused = (code: Parameters<typeof entryOf>[0], retryAfterMs?: number): SubmitOutcome => ({
  kind: code === 'submit_outcome_unknown' ? 'unknown' : code === 'not_sent' ? 'not_sent' : 'refused',
  refusal: { entry: entryOf(code), words: 'w', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
});

/** A claim whose sender may still wait for its answer, for so long. */
const claimOf = (answerWithinMs: number): ClaimEntry => ({
  claimedAt: new Date().toISOString(),
  sendBefore: new Date().toISOString(),
  answerBefore: new Date(Date.now() + answerWithinMs).toISOString(),
  sender: 'another process',
});

let root: string;
let storage: Storage;
let post: jest.Mock<Promise<SubmitOutcome>, [unknown, { timeoutMs: number; sendBefore: number }]>;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'submit-'));
  storage = await openStorage({ root });
  await storage.writeRecord(RECORD);
  post = jest.fn().mockResolvedValue(CREATED);
});
afterEach(async () => {
  await storage.close();
  await rm(root, { recursive: true, force: true });
});

function environment(attempt = 1): MockActivityEnvironment {
  return new MockActivityEnvironment({ attempt }, { logger: new DefaultLogger('ERROR', () => {}) });
}

function deps(changes: Partial<ActivityDeps> = {}): ActivityDeps {
  const readOrganization = () => Promise.resolve({ kind: 'fault', words: 'none here' });
  const task = { status: 'SUCCEEDED', output: [], credits: 80 };
  const readTask = () => Promise.resolve({ kind: 'task', task });
  const runway = { submit: post, readOrganization, readTask } as unknown as ActivityDeps['runway'];
  const base = { backend, storage, runway, budget: { keyDailyMaxCredits: {} } };
  return { ...base, ...changes } as ActivityDeps;
}

const submit = (changes: Partial<ActivityDeps> = {}, env = environment()): Promise<Submitted> =>
  env.run(submitGeneration(deps(changes)), args);
const settle = (): Promise<Settlement> =>
  environment().run(settleSubmission(deps()), { ...args, estimatedCredits: 80 });

/** The storage, with some of what its claims do changed. */
function withClaims(changes: Partial<Storage['claims']>): Storage {
  return { ...storage, claims: { ...storage.claims, ...changes } };
}

describe('one attempt', () => {
  test('claims, sends once, writes the answer down, and tells it', async () => {
    post.mockImplementation(async (_, { sendBefore, timeoutMs }) => {
      const claim = await storage.claims.read(key);
      expect(claim).toMatchObject({
        kind: 'claimed',
        entry: { sendBefore: new Date(sendBefore).toISOString() },
      });
      expect(claim).not.toHaveProperty('answer.kind');
      const { answerBefore } = (claim as { entry: ClaimEntry }).entry;
      // Whoever waits for the answer waits longer than the sender itself.
      expect(Date.parse(answerBefore)).toBeGreaterThan(sendBefore + timeoutMs + 1_000);
      return CREATED;
    });
    expect(await submit()).toEqual(TASK);
    expect(await storage.claims.read(key)).toMatchObject({ answer: { kind: 'created', ...TASK } });
    expect(post).toHaveBeenCalledTimes(1);
  });

  test('that is refused for good ends the generation, with nothing charged', async () => {
    post.mockResolvedValue(refused('insufficient_credits'));
    await expect(submit()).rejects.toMatchObject({
      type: 'Runway.InsufficientCredits',
      nonRetryable: true,
      details: [{ chargedCredits: 0 }],
    });
  });

  test('whose outcome is unknown is never made again, and its charge is open', async () => {
    post.mockResolvedValue(refused('submit_outcome_unknown'));
    const unknown = { type: 'Runway.SubmitOutcomeUnknown', nonRetryable: true };
    await expect(submit()).rejects.toMatchObject(unknown);
    await expect(submit()).rejects.toMatchObject(unknown);
    const error = (await submit().catch((e: unknown) => e)) as { details: [object]; message: string };
    expect(error.details[0]).not.toHaveProperty('chargedCredits');
    expect(error.message).toContain('up to $0.80 (80 credits)');
    expect(post).toHaveBeenCalledTimes(1);
  });
});

describe('the next attempt', () => {
  test.each(['rate_limited', 'runway_overloaded', 'runway_server_error', 'not_sent'] as const)(
    'after %s sends again, under a claim of its own',
    async (code) => {
      post.mockResolvedValueOnce(refused(code));
      await expect(submit()).rejects.toMatchObject({ nonRetryable: false });
      expect(await submit({}, environment(2))).toEqual(TASK);
      expect(await storage.claims.read({ ...key, number: 2 })).toMatchObject({ answer: { kind: 'created' } });
      expect(post).toHaveBeenCalledTimes(2);
    },
  );

  test('adopts the task whose answer was written down before the process died', async () => {
    await submit();
    expect(await submit({}, environment(2))).toEqual(TASK);
    expect(post).toHaveBeenCalledTimes(1);
  });

  test('never sends past a claim whose sender died', async () => {
    await storage.claims.claim(key, claimOf(-1));
    await expect(submit()).rejects.toMatchObject({ type: 'Runway.SubmitOutcomeUnknown' });
    expect(post).not.toHaveBeenCalled();
  });

  test('waits for a sender that is still under way, and adopts its task', async () => {
    await storage.claims.claim(key, claimOf(60_000));
    const waiting = submit();
    const at = new Date().toISOString();
    await storage.claims.answer(key, { kind: 'created', at, runwayTaskId: 'task-of-another' });
    expect(await waiting).toEqual({ runwayTaskId: 'task-of-another' });
    expect(post).not.toHaveBeenCalled();
  });

  test('passes a void claim', async () => {
    await storage.claims.voidClaim(key);
    expect(await submit()).toEqual(TASK);
    expect(await storage.claims.read({ ...key, number: 2 })).toMatchObject({ answer: { kind: 'created' } });
  });

  test('does not trust a refusal that cannot be read', async () => {
    await storage.claims.claim(key, claimOf(0));
    await storage.claims.answer(key, { kind: 'refused', at: new Date().toISOString(), failure: null });
    await expect(submit()).rejects.toMatchObject({ type: 'Runway.SubmitOutcomeUnknown' });
    expect(post).not.toHaveBeenCalled();
  });
});

describe('a sender that was taken for dead', () => {
  test('and finds its claim void sends nothing, and does not go on to the next one', async () => {
    // Between its look and its claim, somebody proves that it never sent.
    const late = withClaims({
      claim: async (claimKey, entry) => {
        expect(await settle()).toEqual({ kind: 'not_sent' });
        return storage.claims.claim(claimKey, entry);
      },
    });
    await expect(submit({ storage: late })).rejects.toMatchObject({
      type: 'Runway.NotSent',
      nonRetryable: false,
    });
    expect(post).not.toHaveBeenCalled();
    expect(await storage.claims.read({ ...key, number: 2 })).toBeUndefined();
  });

  test('and finds its claim taken leaves the POST to the other', async () => {
    const late = withClaims({
      claim: async (claimKey, entry) => {
        await storage.claims.claim(claimKey, claimOf(60_000));
        return storage.claims.claim(claimKey, entry);
      },
    });
    await expect(submit({ storage: late })).rejects.toMatchObject({ type: 'Runway.NotSent' });
    expect(post).not.toHaveBeenCalled();
  });

  test('of twenty at once, one sends, and all get its task', async () => {
    let othersLooked = 0;
    let answer = (_: SubmitOutcome) => {};
    // Answered when all the others stand before a claim that has no answer yet.
    const answered = new Promise<SubmitOutcome>((resolve) => (answer = resolve));
    const watched = withClaims({
      read: async (claimKey) => {
        const state = await storage.claims.read(claimKey);
        if (state?.kind === 'claimed' && !state.answer && ++othersLooked === 19) answer(CREATED);
        return state;
      },
    });
    post.mockReturnValue(answered);
    const attempt = async (): Promise<Submitted> => {
      for (;;) {
        try {
          return await submit({ storage: watched });
        } catch (error) {
          // What Temporal does: the loser of the race for the claim looks again.
          if ((error as { type?: string }).type !== 'Runway.NotSent') throw error;
        }
      }
    };
    const results = await Promise.all(Array.from({ length: 20 }, attempt));
    expect(post).toHaveBeenCalledTimes(1);
    expect(results).toEqual(Array(20).fill(TASK));
  });
});

describe('a disk that fails', () => {
  const disk = () => Promise.reject(new StorageError('disk', 'the disk is full'));
  const unavailable = { type: 'Reel.StorageUnavailable', nonRetryable: false };

  test('at the look or at the claim: nothing is sent', async () => {
    await expect(submit({ storage: withClaims({ read: disk }) })).rejects.toMatchObject(unavailable);
    await expect(submit({ storage: withClaims({ claim: disk }) })).rejects.toMatchObject(unavailable);
    expect(post).not.toHaveBeenCalled();
  });

  test('at the answer: the task ID is told all the same', async () => {
    expect(await submit({ storage: withClaims({ answer: disk }) })).toEqual(TASK);
  });

  test('at the ledger of spending: nothing is sent', async () => {
    const ledger = { ...storage.ledger, reserve: disk };
    await expect(submit({ storage: { ...storage, ledger } })).rejects.toMatchObject(unavailable);
    expect(post).not.toHaveBeenCalled();
  });
});

describe('a cancel', () => {
  const cancelled = new ActivityCancellationDetails({ cancelRequested: true });

  test('before the claim: nothing is claimed and nothing sent', async () => {
    const env = environment();
    env.cancel('CANCELLED', cancelled);
    await expect(submit({}, env)).rejects.toBeInstanceOf(CancelledFailure);
    expect(await storage.claims.read(key)).toBeUndefined();
    expect(post).not.toHaveBeenCalled();
  });

  test('once bytes may have left: the task ID is still learnt', async () => {
    const env = environment();
    post.mockImplementation(() => {
      env.cancel('CANCELLED', cancelled);
      return Promise.resolve(CREATED);
    });
    expect(await submit({}, env)).toEqual(TASK);
  });

  test('of a worker that is stopping is none: the submit is handed back, unsent', async () => {
    const env = environment();
    env.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
    await expect(submit({}, env)).rejects.toMatchObject({ type: 'Runway.NotSent', nonRetryable: false });
    expect(await storage.claims.read(key)).toBeUndefined();
  });
});

describe('the next try', () => {
  const delayAfter = async (outcome: SubmitOutcome, attempt = 1): Promise<number> => {
    post.mockResolvedValueOnce(outcome);
    const error = await submit({}, environment(attempt)).catch((e: unknown) => e);
    return (error as { nextRetryDelay: number }).nextRetryDelay;
  };

  test('comes when Retry-After says, or later by our own back-off', async () => {
    expect(await delayAfter(refused('rate_limited', 60_000))).toBe(60_000);
    // "Retry-After: 0", for ever, must not become a POST every few milliseconds.
    expect(await delayAfter(refused('rate_limited', 0))).toBeGreaterThanOrEqual(2_000);
    expect(await delayAfter(refused('rate_limited', 0), 8)).toBeGreaterThanOrEqual(256_000);
  });

  test('grows without end to five minutes, and half as much at random', async () => {
    const delay = await delayAfter(refused('runway_overloaded'), 1_000);
    expect(delay).toBeGreaterThanOrEqual(300_000);
    expect(delay).toBeLessThanOrEqual(450_000);
  });

  test('at the daily limit comes every 15 minutes', async () => {
    expect(await delayAfter(refused('daily_limit_reached'))).toBe(900_000);
  });
});

test('a worker with another backend claims nothing and sends nothing', async () => {
  const other = { kind: 'runway', baseUrl: 'https://runway.example' } as const;
  await expect(submit({ backend: other })).rejects.toMatchObject({ type: 'Runway.WrongBackend' });
  expect(await storage.claims.read(key)).toBeUndefined();
});

test('beyond the daily budget nothing is claimed and nothing sent, and the reel waits', async () => {
  const budget = { dailyMaxCredits: 79, keyDailyMaxCredits: {} };
  await expect(submit({ budget })).rejects.toMatchObject({
    type: 'Reel.DailyBudgetReached',
    nonRetryable: false,
  });
  expect(await storage.claims.read(key)).toBeUndefined();
  expect(await submit({ budget: { ...budget, dailyMaxCredits: 80 } })).toEqual(TASK);
});

describe('what is sent is what was ordered', () => {
  const asked = (changes: Partial<SubmitArgs>, own: Partial<ActivityDeps> = {}): Promise<Submitted> =>
    environment().run(submitGeneration(deps(own)), { ...args, ...changes });
  const reserve = (generation: number, credits: number) =>
    storage.ledger.reserve(
      { reelId: args.reelId, generation, client: 'local', model: 'veo3.1_fast', credits, at: HEAD.createdAt },
      {},
    );
  /** The record with another request, and for how much. */
  const order = (request: Partial<ReelRequest>, maxCredits = 320) => {
    const head = { ...HEAD, request: { ...args.request, ...request }, maxCredits };
    return storage.writeRecord({ ...RECORD, head });
  };

  test.each<Partial<ReelRequest>>([
    { promptText: 'something else' },
    { model: 'veo3.1' },
    { audio: 'music' },
    { seed: 7 },
  ])('and nothing else: %j', async (change) => {
    const { fallbacks: _, ...request } = args.request;
    await expect(asked({ request: { ...request, ...change } })).rejects.toMatchObject({
      type: 'Reel.InvalidRequest',
      nonRetryable: true,
    });
    expect(post).not.toHaveBeenCalled();
  });

  test('nor before it is known who ordered it', async () => {
    await expect(asked({ reelId: 'b'.repeat(26) })).rejects.toMatchObject({
      type: 'Reel.StorageUnavailable',
    });
    expect(post).not.toHaveBeenCalled();
  });

  test('or what the fallbacks of the order permit', async () => {
    await order({ audio: 'music', fallbacks: ['no_audio', 'model:veo3.1'] }, 10_000);
    expect(await asked({ request: { ...args.request, model: 'veo3.1' } })).toEqual(TASK);
    await expect(
      asked({ generation: 2, request: { ...args.request, model: 'gen4.5' } }),
    ).rejects.toMatchObject({
      type: 'Reel.InvalidRequest',
    });
    expect(post).toHaveBeenCalledTimes(1);
  });

  test.each<Partial<ReelRequest>>([{ duration: 4 }, { ratio: '1280:720' }])(
    'no fallback changes the length or the size of the same model: %j',
    async (change) => {
      await order({ fallbacks: ['no_audio', 'shorter_prompt', 'model:veo3.1'] }, 10_000);
      await expect(asked({ request: { ...args.request, ...change } })).rejects.toMatchObject({
        type: 'Reel.InvalidRequest',
      });
      expect(post).not.toHaveBeenCalled();
    },
  );

  test('the client of the order pays, whoever is named', async () => {
    const budget = { keyDailyMaxCredits: { local: 79, rich: 1_000 } };
    await expect(asked({ client: 'rich' }, { budget })).rejects.toMatchObject({
      type: 'Reel.DailyBudgetReached',
    });
    await asked({ client: 'rich' });
    expect((await storage.ledger.list(new Date(0))).map(({ client }) => client)).toEqual(['local']);
  });

  test('a client whose name is a word of the language has no budget by chance', async () => {
    await storage.writeRecord({ ...RECORD, head: { ...HEAD, client: 'constructor' } });
    expect(await asked({})).toEqual(TASK);
  });

  test('what earlier generations are said to have cost frees nothing', async () => {
    await order({}, 160);
    await reserve(1, 80);
    await storage.claims.claim({ ...key, generation: 1 }, claimOf(-1));
    const earlier = [{ generation: 1, charged: 0, uncertain: 0 }];
    const budget = { dailyMaxCredits: 159, keyDailyMaxCredits: {} };
    await expect(asked({ generation: 2, earlier }, { budget })).rejects.toMatchObject({
      type: 'Reel.DailyBudgetReached',
    });
    expect(await asked({ generation: 2, earlier })).toEqual(TASK);
    await expect(asked({ generation: 3, earlier })).rejects.toMatchObject({ type: 'Reel.BudgetExhausted' });
    expect(post).toHaveBeenCalledTimes(1);
  });

  test('what all clients spend is not told on the reel of one', async () => {
    const budget = { dailyMaxCredits: 79, keyDailyMaxCredits: {} };
    const refusal = await asked({}, { budget }).catch((error: unknown) => error);
    expect((refusal as Error).message).not.toContain('79');
  });

  test('a generation that is freed between ledger and claim is not sent before it is set aside again', async () => {
    const meanwhile = withClaims({
      claim: async (claimKey, entry) => {
        await storage.ledger.settle(args.reelId, 1, { charged: 0, uncertain: 0, at: HEAD.createdAt });
        return storage.claims.claim(claimKey, entry);
      },
    });
    await expect(submit({ storage: meanwhile })).rejects.toMatchObject({
      type: 'Runway.NotSent',
      nonRetryable: false,
    });
    expect(post).not.toHaveBeenCalled();
    expect(await submit()).toEqual(TASK);
    expect(await storage.ledger.committed(new Date())).toBe(80);
  });
});

describe('what became of a submit that ended without a word', () => {
  test('is its task, where the answer is written down', async () => {
    await submit();
    expect(await settle()).toEqual({ kind: 'created', ...TASK });
  });

  test('is proven to be nothing where nothing was claimed: nobody can send any more', async () => {
    expect(await settle()).toEqual({ kind: 'not_sent' });
    expect(await storage.claims.claim(key, claimOf(0))).toBe(false);
  });

  test('is not called nothing when a sender claims at the moment of the proof: its answer is waited for', async () => {
    const late = withClaims({
      voidClaim: async (claimKey) => {
        const at = new Date().toISOString();
        if (await storage.claims.claim(claimKey, claimOf(60_000)))
          await storage.claims.answer(claimKey, { kind: 'created', at, runwayTaskId: 'task-1' });
        return storage.claims.voidClaim(claimKey);
      },
    });
    const settled = environment().run(settleSubmission(deps({ storage: late })), {
      ...args,
      estimatedCredits: 80,
    });
    expect(await settled).toEqual({ kind: 'created', runwayTaskId: 'task-1' });
  });

  test('is nothing as well after a refusal that permits another try', async () => {
    post.mockResolvedValueOnce(refused('rate_limited'));
    await submit().catch(() => undefined);
    expect(await settle()).toEqual({ kind: 'not_sent' });
    expect(await storage.claims.read({ ...key, number: 2 })).toEqual({ kind: 'void' });
  });

  test('is a refusal, where that is final', async () => {
    post.mockResolvedValueOnce(refused('bad_request'));
    await submit().catch(() => undefined);
    expect(await settle()).toMatchObject({
      kind: 'failed',
      failure: { code: 'bad_request', chargedCredits: 0 },
    });
  });

  test('is unknown where the claim is bare and its sender has had its time', async () => {
    await storage.claims.claim(key, claimOf(-1));
    expect(await settle()).toMatchObject({
      kind: 'failed',
      failure: { code: 'submit_outcome_unknown', verdict: 'give-up' },
    });
  });

  test('is nothing where the sender withdrew while it was waited for', async () => {
    await storage.claims.claim(key, claimOf(60_000));
    const reads = [{ kind: 'claimed', entry: claimOf(60_000) } as const, { kind: 'void' } as const];
    const withdrawn = withClaims({
      read: async (claimKey) =>
        claimKey.number === 1 ? (reads.shift() ?? { kind: 'void' }) : storage.claims.read(claimKey),
    });
    const settled = environment().run(settleSubmission(deps({ storage: withdrawn })), {
      ...args,
      estimatedCredits: 80,
    });
    expect(await settled).toEqual({ kind: 'not_sent' });
  });

  test('is not looked for in the folder of another kind of reel', async () => {
    const other = { kind: 'runway', baseUrl: 'https://runway.example' } as const;
    const elsewhere = environment().run(settleSubmission(deps({ backend: other })), {
      ...args,
      estimatedCredits: 80,
    });
    await expect(elsewhere).rejects.toMatchObject({ type: failure('wrong_backend').type });
    expect(await storage.claims.read(key)).toBeUndefined();
  });
});
