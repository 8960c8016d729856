/** The waits of a reel: where it stands for days, and where an upgrade is most likely to find it. */
import { isTerminal } from '../../../src/contract/reel';
import type { Reel } from '../../../src/contract/schemas/reel';
import { eventually } from '../../stack/eventually';
import type { GrpcCall } from '../grpc-proxy';
import type { Cell } from '../cells/run-cell';
import type { Stack } from '../stack';
import { isTask, once, runway, shows, type Step, stepNamed, worker } from '../cells/steps';

/** A wait, and how a reel comes to it. */
export interface Wait extends Pick<Cell, 'step' | 'scenario' | 'request' | 'expected'> {
  /** What somebody does once the service is there again. */
  readonly after?: (stack: Stack, reelId: string) => Promise<void>;
}

/** Waits of the tests are short: none of them may end before a process has begun again. */
export const WAIT_SETTINGS = {
  REGENERATE_LIMIT: '2',
  REGENERATE_DELAY: '5s',
  FALLBACK_WAIT: '5s',
  OUTAGE_PATIENCE: '2m',
  // It looks whether the answer has come a hundred times, and each look is in the history.
  DECISION_PATIENCE: '1h',
} as const;

const SUCCEEDED = ['succeeded'] as const;
const shown = (name: string, state: string): Step =>
  worker(name, (call) => call.at === 'response' && shows(call, state));
const asked = (action: string): Step => shown(`needs_decision, then ${action}`, 'needs_decision');
const adopt: Wait['after'] = (stack, id) =>
  decide(stack, id, { action: 'adopt', runwayTaskId: stack.simulator.ledger().tasks.at(-1)?.id });
/** Where nobody knows whether a task exists, it ends as that, and its credits as uncertain. */
export const abandon = (stack: Stack, id: string): Promise<void> => decide(stack, id, { action: 'abandon' });

export const WAITS: readonly Wait[] = [
  {
    step: { ...stepNamed('task created'), name: 'POST under way, then adopt' },
    expected: { posts: 1, ends: SUCCEEDED },
    after: adopt,
  },
  {
    step: worker('waiting_for_quota', (call) => call.at === 'response' && failsWith(call, 'rate_limited')),
    scenario: '429-three-times',
    expected: { posts: 4, ends: SUCCEEDED },
  },
  {
    step: shown('waiting_to_retry', 'waiting_to_retry'),
    scenario: 'internal-twice',
    expected: { posts: 3, ends: SUCCEEDED },
  },
  {
    step: shown('waiting_for_runway', 'waiting_for_runway'),
    scenario: 'incident',
    expected: { posts: 2, ends: SUCCEEDED },
  },
  {
    step: shown('waiting_for_fallback', 'waiting_for_fallback'),
    scenario: 'internal-three-times',
    request: { fallbacks: ['wait'], maxCredits: 1_000 },
    expected: { posts: 4, ends: SUCCEEDED },
  },
  {
    step: asked('adopt'),
    scenario: 'lost-504-with-task',
    expected: { posts: 1, ends: SUCCEEDED },
    after: adopt,
  },
  {
    step: asked('regenerate'),
    scenario: 'lost-504',
    expected: { posts: 2, ends: SUCCEEDED },
    after: (stack, id) => decide(stack, id, { action: 'regenerate' }),
  },
  {
    step: asked('abandon'),
    scenario: 'lost-504',
    expected: { posts: 1, ends: ['failed (submit_outcome_unknown)'] },
    after: abandon,
  },
  {
    step: cancelled(),
    scenario: 'slow',
    expected: { posts: 1, ends: ['cancelled'] },
  },
  { step: refusedOnce(), expected: { posts: 1, ends: SUCCEEDED } },
];

/** Cancelled while it runs, and about to delete its task. */
function cancelled(): Step {
  const deletes = runway('task to be deleted', ({ at, method }) => at === 'request' && method === 'DELETE');
  return {
    ...deletes,
    arm(stack, hit, reelId) {
      deletes.arm(stack, hit, reelId);
      const { tap } = stack.runwayLine;
      const cancel = once(async () => {
        await stack.request(`/v1/reels/${reelId}/cancel`, { method: 'POST' });
      });
      stack.runwayLine.tap = (exchange) => {
        const { at, method, path } = exchange;
        if (at === 'relayed' && method === 'GET' && isTask(path)) void cancel();
        return tap(exchange);
      };
    },
  };
}

/** The receiver's first answer was 500: the next try is a timer in Temporal. */
function refusedOnce(): Step {
  return {
    name: 'webhook pending',
    process: 'worker',
    arm(stack, hit) {
      const answers = [500];
      stack.receiver.tap = () => answers.shift();
      const fire = once(hit);
      stack.receiver.after = () => fire();
    },
  };
}

function failsWith({ method, request }: GrpcCall, code: string): boolean {
  return method === 'RespondActivityTaskFailed' && request.includes(code);
}

/** Decides as soon as the reel asks; nothing, where it has ended without asking. */
async function decide(stack: Stack, id: string, decision: object): Promise<void> {
  const reel = await eventually('the question', async () => {
    const seen = (await stack.get(`/v1/reels/${id}`).catch(() => undefined)) as Reel | undefined;
    return (seen?.status === 'needs_decision' || (seen && isTerminal(seen.status))) && seen;
  });
  if (isTerminal(reel.status)) return;
  const answer = await stack.request(`/v1/reels/${id}/resolve`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(decision),
  });
  if (!answer.ok) throw new Error(`resolve: HTTP ${answer.status}: ${await answer.text()}`);
}
