/** What people do to a reel: a cancel, and every button of Temporal's UI. */
import { workflowIdOf } from '../../../src/domain/reel';
import { temporalButtons } from '../../../test/support/temporal-buttons';
import type { Fault } from './faults';
import type { Stack } from '../stack';

/** Long enough that what is paused is seen to stand still, and shorter than what a cell waits for its end. */
const PAUSED_MS = 3_000;

export const OPERATOR_FAULTS: readonly Fault[] = [
  {
    name: 'cancel over HTTP',
    async strike(stack, reelId) {
      const id = reelId();
      return async () => {
        if (id !== undefined) await stack.request(`/v1/reels/${id}/cancel`, { method: 'POST' });
      };
    },
  },
  button('UI: cancel', ({ client }, id) => client.workflow.getHandle(id).cancel()),
  button('UI: terminate', ({ client }, id) => client.workflow.getHandle(id).terminate('a button')),
  repeat('UI: reset to the first task', ({ client }, id) => temporalButtons(client).reset(id, 'first')),
  repeat('UI: reset to the last task', ({ client }, id) => temporalButtons(client).reset(id, 'last')),
  repeat('UI: start like this one', ({ client }, id) => temporalButtons(client).startLike(id, id)),
  button('UI: start like this one, other ID', ({ client }, id) =>
    temporalButtons(client).startLike(id, `copy-of-${id}`),
  ),
  button('UI: reset of activities', ({ client }, id) => temporalButtons(client).resetActivities(id)),
  {
    name: 'UI: pause of activities',
    async strike({ client }, reelId) {
      const unpause = await temporalButtons(client)
        .pauseActivities(workflowIdOf(reelId() ?? ''))
        .catch(nothingThere);
      return async () => {
        await new Promise((resolve) => setTimeout(resolve, PAUSED_MS));
        await unpause?.();
      };
    },
  },
];

function repeat(...args: Parameters<typeof button>): Fault {
  return { ...button(...args), repeats: true };
}

function button(name: string, press: (stack: Stack, workflowId: string) => Promise<unknown>): Fault {
  return {
    name,
    async strike(stack, reelId) {
      await press(stack, workflowIdOf(reelId() ?? '')).catch(nothingThere);
    },
  };
}

/** Before the start there is nothing to press a button on, and after the end little. */
function nothingThere(): undefined {
  return undefined;
}
