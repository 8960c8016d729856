/**
 * Every button of Temporal's UI at every step of a reel: no generation is paid twice, the reel reads true, and what it
 * says it cost is what Runway's books say.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { createGate } from '../../src/api/http/gate';
import { reelId } from '../../src/api/reels/order/idempotency';
import { workflowIdOf } from '../../src/domain/reel';
import { isTerminal } from '../../src/contract/reel';
import type { Reel } from '../../src/contract/schemas/reel';
import { eventually } from '../../tools/stack/eventually';
import { type HeldStep, Holds } from '../support/holds';
import { Service } from '../support/service';
import { ignoreGone, type TemporalButtons, temporalButtons } from '../support/temporal-buttons';

/** Cells under way at once. */
const AT_ONCE = 16;

interface Step {
  /** Where the reel is stopped; a step without it is one in which the reel waits by itself. */
  readonly hold?: HeldStep;
  readonly until?: (reel: Reel) => boolean;
  readonly scenario?: string;
}

const STEPS = {
  'before it is accepted': { hold: 'accept' },
  'before the submit is claimed': { hold: 'claim' },
  'submit sent, no task yet': { hold: 'beforeTask' },
  'submit sent, the task exists': { hold: 'afterTask' },
  'answer here, not written down': { hold: 'answer' },
  'answer in the history': { hold: 'poll' },
  'between two polls': { scenario: 'slow', until: ({ phase }) => phase === 'running' },
  'end of the task seen': { hold: 'store' },
  'half of the video here': { hold: 'half' },
  'video stored': { hold: 'stored' },
  'before the end is recorded': { hold: 'record' },
  'waiting to retry': { scenario: 'internal-once', until: ({ phase }) => phase === 'waiting_to_retry' },
  'waiting for a decision': {
    scenario: 'lost-504-with-task',
    until: ({ status }) => status === 'needs_decision',
  },
  'after the end': { until: ({ status }) => isTerminal(status) },
} as const satisfies Readonly<Record<string, Step>>;

type StepName = keyof typeof STEPS;

/** Steps at which a run that is terminated cannot have cost anything. */
const NOTHING_UNDER_WAY: ReadonlySet<StepName> = new Set(['before it is accepted', 'waiting to retry']);

/** A reel at a step, and what a button needs of it. */
interface Cell {
  readonly id: string;
  readonly step: StepName;
  /** Lets the step go on. */
  release(): void;
}

/** Presses, lets the step go on, and checks what the button alone is answerable for. */
type Button = (cell: Cell) => Promise<void>;

const BUTTONS = {
  'Reset to the first workflow task': async ({ id, release }) => {
    await ui.reset(workflowIdOf(id), 'first');
    release();
  },
  'Reset to the last workflow task': async ({ id, release }) => {
    await ui.reset(workflowIdOf(id), 'last');
    release();
  },
  'Pause and Unpause of an activity': async ({ id, release }) => {
    const unpause = await ui.pauseActivities(workflowIdOf(id));
    release();
    await unpause();
  },
  'Reset of an activity': async ({ id, release }) => {
    await ui.resetActivities(workflowIdOf(id));
    release();
  },
  'Start like this one, same workflow ID': async ({ id, release }) => {
    await ui.startLike(workflowIdOf(id), workflowIdOf(id)).catch((error: unknown) => {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    });
    release();
  },
  'Start like this one, another workflow ID': async ({ id, release }) => {
    const copy = await ui.startLike(workflowIdOf(id), `copy-of-${id}`);
    // The order that stands in the storage is the first run's, also before that one is accepted.
    await expect(copy.result()).rejects.toMatchObject({ cause: { type: 'reel_exists' } });
    release();
  },
  Cancel: async ({ id, release }) => {
    await service.handle(id).cancel().catch(ignoreGone);
    release();
  },
  'Terminate, then Start like this one': async ({ id, step, release }) => {
    await service.handle(id).terminate('test').catch(ignoreGone);
    const reel = await service.ended(id);
    if (step !== 'after the end' && step !== 'before the end is recorded') {
      expect(reel).toMatchObject({ status: 'failed', failure: { code: 'stopped_by_operator' } });
    }
    const { charged, uncertain } = reel.credits;
    expect(charged + uncertain).toBe(NOTHING_UNDER_WAY.has(step) ? 0 : 80);
    release();
    await ui.startLike(workflowIdOf(id), workflowIdOf(id));
  },
} as const satisfies Readonly<Record<string, Button>>;

type ButtonName = keyof typeof BUTTONS;

let service: Service;
let ui: TemporalButtons;
const holds = new Holds();
const markerOf = (step: string, button: string) => `${button}-at-${step}`.replace(/\W+/g, '-').toLowerCase();

beforeAll(async () => {
  service = await Service.start({
    worker: 'process',
    policy: { submitTimeoutMs: 30_000, decisionPatienceMs: 600_000, regenerateDelayMs: 2_000 },
  });
  ui = temporalButtons(service.env.client);
  service.simulator.setHook(holds.hook((prompt) => idOf(/#(\S+-at-\S+)/.exec(prompt)?.[1] ?? '')));
  await service.startWorkers({ storage: holds.storage(service.storage) });
});
afterAll(() => service.stop());

const idOf = (key: string) =>
  reelId({ client: 'local', key, backend: { kind: 'simulator', baseUrl: service.simulator.url } });

const gate = createGate(AT_ONCE);
const cells = Object.keys(BUTTONS).flatMap((button) =>
  Object.keys(STEPS).map((step) => ({ button: button as ButtonName, step: step as StepName })),
);
/** All are begun by the first test, since most of each is waiting. */
let outcomes: Map<string, Promise<Reel>> | undefined;

function outcomeOf(step: StepName, button: ButtonName): Promise<Reel> {
  outcomes ??= new Map(
    cells.map((cell) => {
      const outcome = gate(() => play(cell.step, cell.button));
      outcome.catch(() => undefined);
      return [markerOf(cell.step, cell.button), outcome];
    }),
  );
  return outcomes.get(markerOf(step, button)) as Promise<Reel>;
}

/** Brings a reel to a step, presses a button, and waits for its end. */
async function play(step: StepName, button: ButtonName): Promise<Reel> {
  const { hold: at, until, scenario }: Step = STEPS[step];
  const marker = markerOf(step, button);
  const id = idOf(marker);
  const hold = at && holds.at(at, id);
  await service.order(`${marker}${scenario ? ` #${scenario}` : ''}`, {}, { 'idempotency-key': marker });
  await hold?.reached;
  try {
    if (until) await service.until(id, step, until);
    await BUTTONS[button]({ id, step, release: () => hold?.release() });
  } finally {
    // No worker ends while a step of its is held.
    hold?.release();
  }
  await eventually(`an end of ${id}`, async () => {
    const { status } = await service.reel(id);
    // After a Reset it reads as the run before until the new one asks by itself: that one takes the decision.
    if (status === 'needs_decision') await adopt(id, marker);
    return isTerminal(status);
  });
  return settled(id);
}

/** As a person would who found the task in Runway's books. */
async function adopt(id: string, marker: string): Promise<void> {
  const body = { action: 'adopt', runwayTaskId: service.tasks(marker)[0]?.id };
  const answer = await service.api.post(`/v1/reels/${id}/resolve`, body);
  expect([202, 409]).toContain(answer.status);
}

async function settled(id: string): Promise<Reel> {
  await service.closed(id);
  return service.ended(id);
}

describe.each(Object.keys(BUTTONS) as ButtonName[])('%s', (button) => {
  test.each(Object.keys(STEPS) as StepName[])('%s', async (step) => {
    const reel = await outcomeOf(step, button);
    const marker = markerOf(step, button);
    const { charged, uncertain } = reel.credits;
    const booked = service.tasks(marker).reduce((sum, { credits }) => sum + credits.charged, 0);
    const posts = service.posts(marker).length;

    expect({ posts, generations: reel.generations.length }).toEqual({
      posts,
      generations: Math.max(posts, reel.generations.length),
    });
    expect(charged).toBeLessThanOrEqual(booked);
    expect(charged + uncertain).toBeGreaterThanOrEqual(booked);
    if (button === 'Cancel' && reel.status === 'cancelled') {
      const tasks = service.tasks(marker);
      expect(tasks.filter(({ status }) => /PENDING|RUNNING/.test(status))).toEqual([]);
      // Only what a deleted task, or one that nobody knows of, cost cannot be read.
      const unread = tasks.filter(({ status }) => status === 'DELETED' || step === 'waiting for a decision');
      expect(uncertain).toBe(80 * unread.length);
    } else {
      expect(reel).toMatchObject({ status: 'succeeded', credits: { charged: booked, uncertain: 0 } });
      expect(posts).toBe(step === 'waiting to retry' ? 2 : 1);
    }
  });
});

test('the list shows every one of them as it reads by itself', async () => {
  const unsigned = ({ video: _, ...reel }: Reel) => reel;
  const listed = await eventually('the list has caught up', async () => {
    const reels = await listAll();
    return reels.length === cells.length && reels.every(({ status }) => isTerminal(status)) && reels;
  });
  const single = await Promise.all(listed.map(({ id }) => service.reel(id)));
  expect(listed.map(unsigned)).toEqual(single.map(unsigned));
});

async function listAll(): Promise<Reel[]> {
  const all: Reel[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: string = cursor && `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await service.api.fetch(`/v1/reels?limit=100${page}`);
    const { reels, nextCursor } = (await answer.json()) as { reels: Reel[]; nextCursor: string | null };
    all.push(...reels);
    cursor = nextCursor;
  }
  return all;
}
