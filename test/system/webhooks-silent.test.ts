/** Receivers that never answer: they hold up their own client at most, and no reel of anybody. */
import { DELIVER_WEBHOOKS, TELL, webhooksWorkflowIdOf } from '../../src/domain/webhook';
import { eventually } from '../../tools/stack/eventually';
import { longestWaitForSlot } from '../../tools/stack/history';
import { type Receiver, startReceiver } from '../support/receiver';
import { Service, WEBHOOK_SECRET } from '../support/service';
import { keepToldReel } from '../support/told-reel';

const SILENT = 80;
/** So long a POST waits for an answer, and whoever needs its slot with it. */
const SLOT_HELD_S = 15;

let service: Service;
let silent: Receiver;
let answering: Receiver;
beforeAll(async () => {
  service = await Service.start();
  silent = await startReceiver(WEBHOOK_SECRET);
  silent.answers({ hangs: true });
  answering = await startReceiver(WEBHOOK_SECRET);
});
afterAll(async () => {
  // Cut off, so that no worker waits for it.
  await silent.close();
  await service.stop();
  await answering.close();
});

/** @returns the ID of the delivery. */
async function tell(name: string, client: string, { url }: Receiver): Promise<string> {
  const { id, event } = await keepToldReel(service.storage, { name, client, url }, 'reel.failed');
  const workflowId = webhooksWorkflowIdOf(id);
  await service.env.client.workflow.signalWithStart(DELIVER_WEBHOOKS, {
    workflowId,
    taskQueue: 'reels',
    args: [{ reelId: id, client, url }],
    signal: TELL,
    signalArgs: [event('reel.failed')],
  });
  return workflowId;
}

test('eighty receivers of one client that never answer delay no reel, and no webhook of another client or receiver', async () => {
  const told = await Promise.all(
    Array.from({ length: SILENT }, (_, n) => tell(`silent-${n}`, 'site', silent)),
  );
  // A third of the slots for one receiver; the others wait without holding any.
  await eventually('the share is used up', async () => silent.received.length >= 67 || undefined);
  await eventually('one waits for its share', async () => {
    const waiting = await Promise.all(
      told.map(async (workflowId) => {
        const { raw } = await service.env.client.workflow.getHandle(workflowId).describe();
        return raw.pendingActivities?.some(({ lastFailure }) =>
          lastFailure?.message?.includes('are under way'),
        );
      }),
    );
    return waiting.includes(true) || undefined;
  });

  const others = [
    await tell('other-client', 'app', answering),
    await tell('other-receiver', 'site', answering),
  ];
  const reel = await service.make('', { webhookUrl: answering.url });
  expect(reel.status).toBe('succeeded');
  await eventually('all three are told', async () => answering.received.length === 3 || undefined);
  expect(answering.received.map(({ id }) => id)).toContain(`msg_${reel.id}_succeeded`);
  for (const workflowId of [`reel-${reel.id}`, ...others]) {
    expect(await longestWait(workflowId)).toBeLessThan(SLOT_HELD_S / 2);
  }
});

async function longestWait(workflowId: string): Promise<number> {
  return longestWaitForSlot(await service.env.client.workflow.getHandle(workflowId).fetchHistory());
}
