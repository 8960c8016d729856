/**
 * What `main.ts` records: every way of commands that the workflows know. A scenario of the simulator's and
 * something that is done meanwhile, or an activity that goes otherwise than the real one.
 */
import { ApplicationFailure } from '@temporalio/common';
import type { Activities } from '../../src/activities';
import { failure, failureEnvelope } from '../../src/activities/failure';
import { GENERATE_REEL } from '../../src/domain/generate-reel';
import { MEMO_HEAD, workflowIdOf } from '../../src/domain/reel';
import { eraseWorkflowId, SWEEP_REELS } from '../../src/domain/tombstone';
import { DELIVER_WEBHOOKS, webhooksWorkflowIdOf } from '../../src/domain/webhook';
import { entryOf } from '../../src/runway/failures/error-catalog';
import { ensureRetentionSchedule, retentionScheduleId } from '../../src/platform/temporal/retention-schedule';
import { always, type Life } from '../../src/simulator/scenarios/scenario';
import { eventually } from '../stack/eventually';
import type { Receiver, Reply } from '../../test/support/receiver';
import type { Service, ServiceOptions } from '../../test/support/service';
import { temporalButtons } from '../../test/support/temporal-buttons';

/** A run to be written down, and how it must have closed, so that no history tells of another way than it says. */
export interface RunToRecord {
  /** Added to the name of the file; empty for the scenario's own run. */
  readonly suffix?: string;
  readonly workflowId: string;
  /** Absent: the latest run. */
  readonly runId?: string;
  /** `completed`, `canceled`, `continued`, or the type of the failure. */
  readonly closed: string;
}

interface Stage {
  readonly service: Service;
  readonly receiver: Receiver;
  readonly gates: Gates;
}

export interface Scenario {
  readonly policy?: ServiceOptions['policy'];
  readonly simulator?: ServiceOptions['simulator'];
  readonly worker?: 'process';
  /** Activities that go otherwise. */
  readonly activities?: (real: Activities, gates: Gates) => Partial<Activities>;
  play(stage: Stage): Promise<readonly RunToRecord[]>;
}

/** Places where an activity waits until the scenario lets it go on. */
export class Gates {
  private readonly gates = new Map<string, { reached: PromiseWithResolver; open: PromiseWithResolver }>();

  private at(name: string) {
    const gate = this.gates.get(name) ?? { reached: withResolver(), open: withResolver() };
    this.gates.set(name, gate);
    return gate;
  }

  /** For the activity. */
  async pass(name: string): Promise<void> {
    const { reached, open } = this.at(name);
    reached.resolve();
    await open.promise;
  }

  reached(name: string): Promise<void> {
    return this.at(name).reached.promise;
  }

  open(name: string): void {
    this.at(name).open.resolve();
  }

  openAll(): void {
    for (const { open } of this.gates.values()) open.resolve();
  }
}

interface PromiseWithResolver {
  readonly promise: Promise<void>;
  resolve(): void;
}

function withResolver(): PromiseWithResolver {
  let resolve = () => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve: () => resolve() };
}

const broken = (): Promise<never> => Promise.reject(ApplicationFailure.nonRetryable('broken', 'Recorded'));

/** Counts the calls of one activity. */
function onCall<A, R>(real: (args: A) => Promise<R>, changed: (call: number, args: A) => Promise<R>) {
  let calls = 0;
  return (args: A): Promise<R> => ((calls += 1) && changed(calls, args)) || real(args);
}

type Fields = Readonly<Record<string, unknown>>;
type During = (stage: Stage, id: string) => Promise<unknown>;

/** Orders a reel, does something meanwhile, and waits for its end. */
function reel(closed: string, scenario?: string, fields: Fields = {}, during?: During): Scenario['play'] {
  return async (stage) => {
    const { id } = await stage.service.order(scenario, fields);
    await during?.(stage, id);
    await stage.service.ended(id);
    return [{ workflowId: workflowIdOf(id), closed }];
  };
}

const inPhase =
  (phase: string): During =>
  ({ service }, id) =>
    service.until(id, phase, (one) => one.phase === phase);

const asked: During = ({ service }, id) =>
  service.until(id, 'the question', ({ status }) => status === 'needs_decision');

const cancel: During = ({ service }, id) => service.handle(id).cancel();

const cancelKnown: During = ({ service }, id) =>
  eventually('the cancellation is known', async () => {
    const { raw } = await service.handle(id).describe();
    return raw.workflowExtendedInfo?.cancelRequested;
  });

const resolve =
  (action: string, runwayTaskId?: (stage: Stage) => string | undefined): During =>
  async (stage, id) => {
    const body = { action, runwayTaskId: runwayTaskId?.(stage) };
    const answer = await stage.service.api.post(`/v1/reels/${id}/resolve`, body);
    if (!answer.ok) throw new Error(`resolve: HTTP ${answer.status}: ${await answer.text()}`);
  };

const firstTask = ({ service }: Stage): string | undefined =>
  service.simulator.ledger().posts.find(({ taskId }) => taskId !== undefined)?.taskId;

function steps(...all: readonly During[]): During {
  return async (stage, id) => {
    for (const step of all) await step(stage, id);
  };
}

const reaches =
  (gate: string): During =>
  ({ gates }) =>
    gates.reached(gate);
const opens =
  (gate: string): During =>
  ({ gates }) =>
    Promise.resolve(gates.open(gate));

/** An answer that comes while its reel waits for it. */
const answerComes =
  (how: (stage: Stage) => Parameters<Service['storage']['claims']['answer']>[1]): During =>
  (stage, id) =>
    stage.service.storage.claims.answer({ reelId: id, generation: 1, number: 1 }, how(stage));

/** Reset to the first workflow task: everything is done again. */
const reset: During = async ({ service }, id) => {
  await service.closed(id);
  await temporalButtons(service.env.client).reset(workflowIdOf(id), 'first');
  await service.closed(id);
};

/** Holds the POST of the first generation at a point, until its reel is cancelled. */
function cancelledAt(at: 'received' | 'afterTask', scenario: string): Scenario['play'] {
  return async (stage) => {
    stage.service.simulator.setHook(async (event) => {
      if (event.at === at) await stage.gates.pass('post');
      return undefined;
    });
    return reel('canceled', scenario, {}, steps(reaches('post'), cancel, cancelKnown, opens('post')))(stage);
  };
}

/** Starts a run as a person does in Temporal's UI: with an input and nothing else. */
function byHand(
  closed: string,
  request: unknown,
  during?: (workflowId: string, stage: Stage) => Promise<unknown>,
) {
  return async (stage: Stage): Promise<RunToRecord[]> => {
    const workflowId = 'started-by-hand';
    const args = [{ request }];
    await stage.service.env.client.workflow.start(GENERATE_REEL, { workflowId, taskQueue: 'reels', args });
    await during?.(workflowId, stage);
    return [{ workflowId, closed }];
  };
}

/** Starts a run under another name that was given the ID of a reel which is there. */
async function startCopy({ service }: Stage, id: string): Promise<string> {
  const { head } = (await service.storage.readRecord(id)) ?? {};
  const workflowId = 'copy-of-a-reel';
  await service.env.client.workflow.start(GENERATE_REEL, {
    workflowId,
    taskQueue: 'reels',
    args: [{ id, request: head?.request }],
    memo: { [MEMO_HEAD]: head },
  });
  return workflowId;
}

const REQUEST = { promptText: 'A calm sea at dawn' };

/** Fails with INTERNAL, and is charged all the same. */
const PAID_FOR_NOTHING = {
  about: 'INTERNAL that is not refunded',
  lives: always<Life>({
    end: { status: 'FAILED', failure: 'Internal error', failureCode: 'INTERNAL', refunded: false },
  }),
};

const PAGE = { kind: 'answer', status: 200, text: '<html>soon</html>', contentType: 'text/html' } as const;

/** Puts a page in the place of every video, until the scenario mends it. */
function withPage(play: (mend: During) => Scenario['play']): Scenario['play'] {
  return (stage) => {
    let isBroken = true;
    stage.service.simulator.setHook(async ({ at }) => (at === 'output' && isBroken ? PAGE : undefined));
    return play(async () => void (isBroken = false))(stage);
  };
}

/** Asks for the video in vain, and waits for the question that follows. */
const fetchesInVain: During = async (stage, id) => {
  const first = (await stage.service.reel(id)).decision?.since;
  await resolve('fetch')(stage, id);
  await stage.service.until(
    id,
    'the second question',
    ({ decision }) => decision !== undefined && decision.since !== first,
  );
};

/** Runway forgets the task. */
const deletesTask: During = async (stage) => {
  const headers = { authorization: 'Bearer key_practice', 'x-runway-version': '2024-11-06' };
  const url = `${stage.service.simulator.url}/v1/tasks/${firstTask(stage) ?? ''}`;
  const answer = await fetch(url, { method: 'DELETE', headers });
  if (!answer.ok) throw new Error(`DELETE: HTTP ${answer.status}`);
};

function remakeOf(closed: string, oldId: string): Scenario['play'] {
  return async ({ service }) => {
    const answer = await service.api.post(`/v1/reels/${oldId}/remake`);
    const { id } = (await answer.json()) as { id: string };
    await service.ended(id);
    return [{ workflowId: workflowIdOf(id), closed }];
  };
}

const REELS: Readonly<Record<string, Scenario>> = {
  success: { play: reel('completed') },
  'internal-twice': { play: reel('completed', 'internal-twice') },
  'internal-always': { play: reel('internal_error', 'internal-always') },
  'refused-402': { play: reel('payment_required', 'http-402') },
  'rate-limited-once': { play: reel('completed', '429-once') },
  'answer-lost': { play: reel('submit_outcome_unknown', 'lost-504') },
  'safety-input': { play: reel('safety_input', 'safety-input') },
  'task-forgotten': { play: reel('task_not_found', 'polls-404-forever') },
  'bad-output-with-fallback': {
    play: reel('bad_output', 'bad-output', { fallbacks: ['wait'], maxCredits: 1_000 }),
  },
  'answer-lost-submit-again': { play: reel('completed', 'lost-reset', { onLostAnswer: 'submit_again' }) },
  'cancelled-running': { play: reel('canceled', 'stuck', {}, steps(inPhase('running'), cancel)) },
  'cancelled-waiting-to-retry': {
    play: reel('canceled', 'internal-once', {}, steps(inPhase('waiting_to_retry'), cancel)),
  },

  // ---- how a run begins -----------------------------------------------------------------------------------
  'started-by-hand': { play: byHand('completed', REQUEST) },
  'started-by-hand-refused': { play: byHand('invalid_request', { promptText: '' }) },
  'started-by-hand-cancelled': {
    worker: 'process',
    play: byHand('canceled', REQUEST, async (workflowId, { service }) => {
      await service.env.client.workflow.getHandle(workflowId).cancel();
      await service.startWorkers();
    }),
  },
  'refused-as-copy': {
    play: async (stage) => {
      const { id } = await stage.service.make();
      return [{ workflowId: await startCopy(stage, id), closed: 'reel_exists' }];
    },
  },
  'cancelled-as-copy': {
    play: async (stage) => {
      const { id } = await stage.service.make();
      await stage.service.stopWorkers();
      const workflowId = await startCopy(stage, id);
      await stage.service.env.client.workflow.getHandle(workflowId).cancel();
      await stage.service.startWorkers();
      return [{ workflowId, closed: 'canceled' }];
    },
  },
  'cancelled-before-it-was-accepted': {
    worker: 'process',
    play: reel(
      'canceled',
      '',
      {},
      steps(cancel, ({ service }) => service.startWorkers()),
    ),
  },
  'cancelled-while-accepted': {
    activities: ({ acceptReel }, gates) => ({
      acceptReel: async (...args) => {
        await gates.pass('accept');
        return acceptReel(...args);
      },
    }),
    play: reel('canceled', '', {}, steps(reaches('accept'), cancel, cancelKnown, opens('accept'))),
  },
  'reset-after-success': { play: reel('completed', '', {}, reset) },
  'reset-after-a-decision': {
    policy: { decisionPatienceMs: 600_000 },
    play: reel('completed', 'lost-reset', {}, steps(asked, resolve('regenerate'), reset)),
  },

  // ---- a submit -------------------------------------------------------------------------------------------
  'cancelled-in-mid-submit': { play: cancelledAt('afterTask', '') },
  'cancelled-in-a-submit-without-answer': { play: cancelledAt('received', 'lost-504') },
  'cancelled-in-back-off': {
    policy: { reelDeadlineMs: 172_800_000 },
    play: reel('canceled', '429-always', {}, steps(inPhase('waiting_for_quota'), cancel)),
  },
  'submit-died-after-its-answer': {
    activities: ({ submitGeneration }, gates) => ({
      submitGeneration: onCall(submitGeneration, async (call, args) => {
        const submitted = await submitGeneration(args);
        if (call === 1) await gates.pass('died');
        return submitted;
      }),
    }),
    play: reel('completed'),
  },
  'submit-died-before-it-sent': {
    activities: ({ submitGeneration }, gates) => ({
      submitGeneration: onCall(submitGeneration, async (call, args) => {
        if (call === 1) await gates.pass('died');
        return submitGeneration(args);
      }),
    }),
    play: reel('completed'),
  },
  'submit-died-without-answer': {
    activities: ({ submitGeneration }, gates) => ({
      submitGeneration: onCall(submitGeneration, async (_, args) => {
        await submitGeneration(args).catch(() => gates.pass('died'));
        throw new Error('its time is over');
      }),
    }),
    play: reel('submit_outcome_unknown', 'lost-504'),
  },
  'submit-never-sent': {
    policy: { reelDeadlineMs: 3_000 },
    activities: () => ({ submitGeneration: () => Promise.reject(failure('not_sent')) }),
    play: reel('deadline_exceeded'),
  },
  'submit-fails-without-a-name': {
    activities: () => ({ submitGeneration: broken }),
    play: reel('unknown_error'),
  },
  'deadline-before-the-submit': {
    policy: { reelDeadlineMs: 1_000 },
    activities: ({ acceptReel }) => ({
      acceptReel: async (...args) => {
        const accepted = await acceptReel(...args);
        await eventually('the deadline', () => Date.now() > Date.parse(accepted.policy.deadlineAt));
        return accepted;
      },
    }),
    play: reel('deadline_exceeded'),
  },

  // ---- an answer that was lost ----------------------------------------------------------------------------
  'answer-came-while-it-looked': {
    policy: { lostAnswerQuietMs: 3_000 },
    play: reel(
      'completed',
      'lost-504-with-task',
      {},
      steps(inPhase('waiting_to_retry'), answerComes(created)),
    ),
  },
  'refusal-came-while-it-looked': {
    policy: { lostAnswerQuietMs: 3_000 },
    play: reel('completed', 'lost-504', {}, steps(inPhase('waiting_to_retry'), answerComes(refused))),
  },
  'answer-lost-and-no-time-to-look': {
    policy: { lostAnswerQuietMs: 60_000, reelDeadlineMs: 10_000 },
    play: reel('submit_outcome_unknown', 'lost-504'),
  },
  'decided-adopt': {
    policy: { decisionPatienceMs: 600_000 },
    play: reel('completed', 'lost-504-with-task', {}, steps(asked, resolve('adopt', firstTask))),
  },
  'decided-regenerate': {
    policy: { decisionPatienceMs: 600_000 },
    play: reel('completed', 'lost-504', {}, steps(asked, resolve('regenerate'))),
  },
  'decided-abandon': {
    policy: { decisionPatienceMs: 600_000 },
    play: reel('submit_outcome_unknown', 'lost-504', {}, steps(asked, resolve('abandon'))),
  },
  'decided-adopt-of-a-wrong-task': {
    policy: { decisionPatienceMs: 600_000 },
    play: reel(
      'submit_outcome_unknown',
      'lost-504',
      {},
      steps(
        asked,
        async (stage, id) => {
          const wrong = resolve('adopt', () => '00000000-0000-4000-8000-000000000000');
          await wrong(stage, id).then(
            () => Promise.reject(new Error('it was adopted')),
            () => undefined,
          );
        },
        resolve('abandon'),
      ),
    ),
  },
  'decided-twice-at-once': {
    policy: { decisionPatienceMs: 600_000 },
    activities: ({ adoptTask }, gates) => ({
      adoptTask: async (args) => {
        await gates.pass('adopt');
        return adoptTask(args);
      },
    }),
    play: reel('submit_outcome_unknown', 'lost-504-with-task', {}, async (stage, id) => {
      await asked(stage, id);
      const late = resolve('adopt', firstTask)(stage, id).catch(() => undefined);
      await stage.gates.reached('adopt');
      await resolve('abandon')(stage, id);
      stage.gates.open('adopt');
      await late;
    }),
  },
  'answer-came-while-it-asked': {
    policy: { decisionPatienceMs: 100_000 },
    play: reel('completed', 'lost-504-with-task', {}, steps(asked, answerComes(created))),
  },
  'asked-and-could-not-look-again': {
    policy: { decisionPatienceMs: 100_000 },
    activities: ({ reconcileSubmission }, gates) => ({
      reconcileSubmission: onCall(reconcileSubmission, async (call, args) => {
        if (call === 1) return reconcileSubmission(args);
        await gates.pass('look');
        return broken();
      }),
    }),
    play: reel(
      'submit_outcome_unknown',
      'lost-504',
      {},
      steps(asked, reaches('look'), opens('look'), resolve('abandon')),
    ),
  },
  'cancelled-while-it-asked': {
    policy: { decisionPatienceMs: 600_000 },
    play: reel('canceled', 'lost-504', {}, steps(asked, cancel)),
  },

  // ---- a task ---------------------------------------------------------------------------------------------
  'deadline-while-it-ran': { policy: { reelDeadlineMs: 4_000 }, play: reel('deadline_exceeded', 'stuck') },
  'deadline-while-it-was-throttled': {
    policy: { reelDeadlineMs: 4_000 },
    play: reel('never_started', 'throttled-forever'),
  },
  'deadline-before-the-next-generation': {
    policy: { reelDeadlineMs: 20_000, regenerateDelayMs: 60_000 },
    play: reel('deadline_exceeded', 'internal-once'),
  },
  'no-worker-for-the-wait': {
    policy: { reelDeadlineMs: 2_000 },
    activities: (_, gates) => ({
      awaitGeneration: async () => {
        await gates.pass('wait');
        throw new Error('its time is over');
      },
    }),
    play: reel('deadline_exceeded', 'stuck'),
  },
  stalled: { policy: { stallPatienceMs: 1_500 }, play: reel('stalled', 'stuck') },
  'stalled-and-could-not-be-ended': {
    policy: { stallPatienceMs: 1_500 },
    activities: () => ({ cancelGeneration: broken }),
    play: reel('stalled', 'stuck'),
  },
  'price-mismatch': {
    simulator: { taskSeconds: 60 },
    play: reel('price_mismatch', 'price-mismatch', { maxCredits: 100 }),
  },
  'price-mismatch-and-made': {
    activities: ({ cancelGeneration }, gates) => ({
      cancelGeneration: async (args) => {
        await gates.pass('end');
        return cancelGeneration(args);
      },
    }),
    play: reel('completed', 'price-mismatch', { maxCredits: 100 }, async ({ service, gates }) => {
      await gates.reached('end');
      service.simulator.advance(60);
      gates.open('end');
    }),
  },
  'cancelled-when-it-was-made': {
    activities: ({ cancelGeneration }, gates) => ({
      cancelGeneration: async (args) => {
        await gates.pass('end');
        return cancelGeneration(args);
      },
    }),
    simulator: { taskSeconds: 60 },
    play: reel('canceled', '', {}, async (stage, id) => {
      await inPhase('running')(stage, id);
      await cancel(stage, id);
      await stage.gates.reached('end');
      stage.service.simulator.advance(120);
      stage.gates.open('end');
    }),
  },
  'cancelled-and-could-not-be-ended': {
    activities: () => ({ cancelGeneration: broken }),
    play: reel('canceled', 'stuck', {}, steps(inPhase('running'), cancel)),
  },
  'cancelled-and-claims-unreadable': {
    activities: ({ submitGeneration }, gates) => ({
      submitGeneration: async (args) => {
        await gates.pass('submit');
        return submitGeneration(args);
      },
      settleSubmission: broken,
    }),
    play: reel('canceled', 'http-402', {}, steps(reaches('submit'), cancel, cancelKnown, opens('submit'))),
  },

  // ---- between generations --------------------------------------------------------------------------------
  'waited-for-an-incident': {
    simulator: { taskSeconds: 2 },
    policy: { outagePatienceMs: 72_000, regenerateLimit: 0 },
    play: reel('completed', 'incident'),
  },
  'incident-without-patience': { policy: { outagePatienceMs: 0 }, play: reel('completed', 'incident') },
  'could-not-diagnose': {
    activities: () => ({ diagnose: broken }),
    play: reel('completed', 'internal-once'),
  },
  'credits-ran-out': {
    activities: ({ diagnose }, gates) => ({
      diagnose: async (args) => {
        await gates.pass('diagnose');
        return diagnose(args);
      },
    }),
    play: reel('insufficient_credits', 'internal-once', {}, async ({ service, gates }) => {
      await gates.reached('diagnose');
      service.simulator.setAccount({ creditBalance: 10 });
      gates.open('diagnose');
    }),
  },
  'waited-for-a-fallback': {
    policy: { regenerateLimit: 0, fallbackWaitMs: 1_000 },
    play: reel('completed', 'model-down', { fallbacks: ['wait', 'model:gen4.5'], maxCredits: 5_000 }),
  },
  'cancelled-waiting-for-a-fallback': {
    policy: { regenerateLimit: 0, fallbackWaitMs: 60_000 },
    play: reel(
      'canceled',
      'model-down',
      { fallbacks: ['wait'], maxCredits: 5_000 },
      steps(inPhase('waiting_for_fallback'), cancel),
    ),
  },
  'budget-exhausted': {
    simulator: { scenarioFor: () => PAID_FOR_NOTHING },
    play: reel('budget_exhausted', '', { maxCredits: 100 }),
  },

  // ---- the end --------------------------------------------------------------------------------------------
  'output-unavailable': { play: reel('output_unavailable', 'output-html') },
  'cancelled-while-it-stored': {
    play: async (stage) => {
      stage.service.simulator.setHook(async ({ at }) => {
        if (at === 'output') await stage.gates.pass('output');
        return undefined;
      });
      return reel('canceled', '', {}, steps(reaches('output'), cancel))(stage);
    },
  },
  // ---- a finished video that cannot be fetched, from story 3 on ----------------------------------------------
  'output-awaited': {
    play: reel('completed', 'output-html-eight-times'),
  },
  'output-nobody-decided': {
    policy: { fetchPatienceMs: 300, decisionPatienceMs: 200 },
    play: reel('output_unavailable', 'output-html'),
  },
  'output-came-while-it-asked': {
    policy: { fetchPatienceMs: 100, decisionPatienceMs: 200_000 },
    play: withPage((mend) => reel('completed', '', {}, steps(asked, mend))),
  },
  'output-fetched': {
    policy: { fetchPatienceMs: 300, decisionPatienceMs: 600_000 },
    play: withPage((mend) => reel('completed', '', {}, steps(asked, fetchesInVain, mend, resolve('fetch')))),
  },
  'output-regenerated': {
    policy: { fetchPatienceMs: 300, decisionPatienceMs: 600_000 },
    play: withPage((mend) => reel('completed', '', {}, steps(asked, mend, resolve('regenerate')))),
  },
  'output-abandoned': {
    policy: { fetchPatienceMs: 300, decisionPatienceMs: 600_000 },
    play: reel('output_unavailable', 'output-html', {}, steps(asked, resolve('abandon'))),
  },
  'output-cancelled-while-it-asked': {
    policy: { fetchPatienceMs: 300, decisionPatienceMs: 600_000 },
    play: reel('canceled', 'output-html', {}, steps(asked, cancel)),
  },
  'output-decided-while-it-tried': {
    policy: { fetchPatienceMs: 100, decisionPatienceMs: 300_000 },
    play: async (stage) => {
      let isAsked = false;
      stage.service.simulator.setHook(async ({ at }) => {
        if (at !== 'output') return undefined;
        if (!isAsked) return PAGE;
        await stage.gates.pass('look');
        return PAGE;
      });
      const during = steps(asked, async () => void (isAsked = true), reaches('look'), resolve('abandon'));
      return reel('output_unavailable', '', {}, during)(stage);
    },
  },
  'output-gone': {
    policy: { fetchPatienceMs: 300, decisionPatienceMs: 200_000 },
    play: reel('output_unavailable', 'output-html', {}, steps(asked, deletesTask)),
  },
  'remake-took-the-task': {
    policy: { fetchPatienceMs: 300, decisionPatienceMs: 600_000 },
    play: withPage((mend) => async (stage) => {
      const { service } = stage;
      const old = await service.order();
      await steps(asked, resolve('abandon'))(stage, old.id);
      await service.ended(old.id);
      await mend(stage, old.id);
      return remakeOf('completed', old.id)(stage);
    }),
  },
  'remake-found-nothing': {
    play: async (stage) => {
      const old = await stage.service.make('safety-input');
      return remakeOf('safety_input', old.id)(stage);
    },
  },

  'record-not-written': {
    activities: () => ({ recordReel: broken }),
    play: reel('completed'),
  },
};

function created(stage: Stage) {
  const at = new Date().toISOString();
  return { kind: 'created', at, runwayTaskId: firstTask(stage) ?? '' } as const;
}

function refused() {
  const at = new Date().toISOString();
  return { kind: 'refused', at, failure: failureEnvelope(entryOf('not_sent')) } as const;
}

/** A reel whose webhook the receiver answers like this, and what is done once it ended. */
function told(replies: readonly Reply[], closed: string, then?: During): Scenario['play'] {
  return async (stage) => {
    const { service, receiver } = stage;
    receiver.answers(...replies);
    const { id } = await service.order('', { webhookUrl: receiver.url });
    await service.ended(id);
    await then?.(stage, id);
    return [{ workflowId: webhooksWorkflowIdOf(id), closed }];
  };
}

const redeliver: During = async ({ service }, id) => {
  const answer = await service.api.post(`/v1/reels/${id}/webhook/redeliver`);
  if (!answer.ok) throw new Error(`redeliver: HTTP ${answer.status}: ${await answer.text()}`);
};

const tried =
  (times: number): During =>
  ({ receiver }) =>
    eventually(`try ${times}`, () => receiver.received.length >= times);

const deliveryEnded: During = ({ service }, id) =>
  service.env.client.workflow
    .getHandle(webhooksWorkflowIdOf(id))
    .result()
    .catch(() => undefined);

const WEBHOOKS: Readonly<Record<string, Scenario>> = {
  'told-of-a-decision': {
    play: async (stage) => {
      stage.receiver.answers({ status: 503 }, { status: 204 });
      const webhookUrl = stage.receiver.url;
      const [run] = await reel('submit_outcome_unknown', 'lost-504-with-task', { webhookUrl })(stage);
      if (!run) throw new Error('there is no run');
      const delivery = webhooksWorkflowIdOf(run.workflowId.replace(/^reel-/, ''));
      return [run, { suffix: '-delivery', workflowId: delivery, closed: 'completed' }];
    },
  },
  'webhook-not-handed-over': {
    activities: () => ({ enqueueWebhook: broken }),
    play: async (stage) => reel('completed', '', { webhookUrl: stage.receiver.url })(stage),
  },
  'webhook-delivered': { play: told([{ status: 204 }], 'completed', tried(1)) },
  'webhook-tried-again': { play: told([{ status: 503 }, { status: 204 }], 'completed', tried(2)) },
  'webhook-asked-for-again': {
    play: told([{ status: 503 }, { status: 503 }, { status: 204 }], 'completed', steps(tried(1), redeliver)),
  },
  'webhook-asked-for-after-it-was-delivered': {
    play: told([{ status: 204 }], 'completed', steps(tried(1), deliveryEnded, redeliver, tried(2))),
  },
  'webhook-gone': { play: told([{ status: 410 }], 'completed', tried(1)) },
  'webhook-sender-died': {
    activities: ({ sendWebhook }) => ({
      sendWebhook: onCall(sendWebhook, (call, args) => (call === 1 ? broken() : sendWebhook(args))),
    }),
    play: told([{ status: 204 }], 'completed', tried(1)),
  },
  'webhook-cancelled': {
    play: told(
      [{ status: 503 }],
      'canceled',
      steps(tried(1), ({ service }, id) =>
        service.env.client.workflow.getHandle(webhooksWorkflowIdOf(id)).cancel(),
      ),
    ),
  },
  'webhook-continued-as-new': {
    play: async (stage) => {
      const { service, receiver } = stage;
      const [run] = await told([{ status: 503 }], 'continued', tried(1))(stage);
      const { workflowId = '' } = run ?? {};
      const handle = service.env.client.workflow.getHandle(workflowId);
      const { runId } = await handle.describe();
      const id = workflowId.replace(/^webhooks-/, '');
      while ((await handle.describe()).runId === runId) {
        const before = receiver.received.length;
        await redeliver(stage, id);
        await tried(before + 1)(stage, id);
      }
      receiver.answers({ status: 204 });
      await redeliver(stage, id);
      return [
        { workflowId, runId, closed: 'continued' },
        { suffix: '-next', workflowId, closed: 'completed' },
      ];
    },
  },
};

/** A reel that has ended and is deleted. */
const erased: Scenario['play'] = async ({ service }) => {
  const { id } = await service.make();
  await service.closed(id);
  await service.api.fetch(`/v1/reels/${id}`, { method: 'DELETE' });
  return [{ workflowId: eraseWorkflowId(id), closed: 'completed' }];
};

async function sweep({ service }: Stage): Promise<RunToRecord> {
  const { workflow, schedule } = service.env.client;
  await ensureRetentionSchedule(service.env.client, { retentionMs: 1 });
  const handle = schedule.getHandle(retentionScheduleId());
  await handle.trigger();
  const workflowId = await eventually('the sweep', async () => {
    for await (const run of workflow.list({ query: `WorkflowType = '${SWEEP_REELS}'` }))
      return run.workflowId;
    return undefined;
  });
  await handle.delete();
  return { workflowId, closed: 'completed' };
}

const ERASING: Readonly<Record<string, Scenario>> = {
  erased: { play: erased },
  'erased-but-not-at-runway': { activities: () => ({ deleteOutputs: broken }), play: erased },
  swept: {
    play: async (stage) => {
      const { service } = stage;
      const ids = [(await service.make()).id, (await service.make('safety-input')).id];
      for (const id of ids) await service.closed(id);
      const swept = await sweep(stage);
      const children = ids.map((id, i) => ({
        suffix: `-child-${i + 1}`,
        workflowId: eraseWorkflowId(id),
        closed: 'completed',
      }));
      return [swept, ...children];
    },
  },
  'swept-nothing': { play: async (stage) => [await sweep(stage)] },
  'swept-while-it-was-erased': {
    activities: ({ eraseReel }, gates) => ({
      eraseReel: async (erasure) => {
        await gates.pass('erase');
        return eraseReel(erasure);
      },
    }),
    play: async (stage) => {
      const { service, gates } = stage;
      const { id } = await service.make();
      await service.closed(id);
      await service.api.fetch(`/v1/reels/${id}`, { method: 'DELETE' });
      await gates.reached('erase');
      const swept = await sweep(stage);
      await service.env.client.workflow.getHandle(swept.workflowId).result();
      gates.open('erase');
      return [swept];
    },
  },
};

export const SCENARIOS: Readonly<Record<string, Scenario>> = { ...REELS, ...WEBHOOKS, ...ERASING };

/** Deliveries of three days, on the server that skips time. */
export const SKIPPED_DELIVERIES = {
  'webhook-given-up': { workflowType: DELIVER_WEBHOOKS, told: true, closed: 'webhook_undelivered' },
  'webhook-never-named': { workflowType: DELIVER_WEBHOOKS, told: false, closed: 'completed' },
} as const;
