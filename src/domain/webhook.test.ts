import type { Decision } from '../contract/schemas/reel';
import type { ReelStatus } from '../contract/reel';
import { type ReelSnapshot, webhookEvent } from './webhook';

const decision = { generation: 2, since: '2026-11-23T08:01:00.000Z' } as Decision;

function told(status: ReelStatus, changes: Partial<ReelSnapshot> = {}): ReelSnapshot {
  return {
    id: 'a',
    status,
    simulated: false,
    createdAt: '2026-11-23T08:00:00.000Z',
    updatedAt: '2026-11-23T08:02:00.000Z',
    request: { promptText: 'A boat', model: 'veo3.1_fast', ratio: '720:1280', duration: 8, audio: 'none' },
    credits: { estimated: 80, charged: 0, uncertain: 0 },
    generations: [],
    warnings: [],
    ...changes,
  };
}

const idOf = (reel: ReelSnapshot) => webhookEvent(reel)?.id;

test.each(['queued', 'in_progress'] as const)('of a reel that is %s there is nothing to tell', (status) => {
  expect(webhookEvent(told(status))).toBeUndefined();
});

test.each(['succeeded', 'failed', 'cancelled'] as const)(
  '%s has one ID, whoever tells it and when',
  (status) => {
    expect(idOf(told(status))).toBe(`msg_a_${status}`);
    expect(idOf(told(status, { finishedAt: '2026-11-24T08:00:00.000Z' }))).toBe(`msg_a_${status}`);
  },
);

test('each question has an ID of its own, without a full stop', () => {
  const first = idOf(told('needs_decision', { decision }));
  const second = idOf(
    told('needs_decision', { decision: { ...decision, since: '2026-11-23T09:00:00.000Z' } }),
  );
  expect(first).toMatch(/^msg_a_needs_decision_2_\d+$/);
  expect(second).not.toBe(first);
});

test('of a failure it tells what helps, and not what was found at the account', () => {
  const failure = {
    code: 'internal_error',
    title: 'Internal error',
    message: 'It failed.',
    advice: ['Again.'],
    account: { creditBalance: 5 },
  };
  const event = webhookEvent(told('failed', { failure: failure as ReelSnapshot['failure'] }));
  expect(event?.body.data.failure).toEqual({
    code: 'internal_error',
    title: 'Internal error',
    message: 'It failed.',
    advice: ['Again.'],
  });
});

test('it links only to an address that is known to others', () => {
  expect(webhookEvent(told('failed'))?.body.data).not.toHaveProperty('links');
  expect(webhookEvent(told('failed'), 'https://reels.example.org')?.body.data.links).toEqual({
    self: 'https://reels.example.org/v1/reels/a',
  });
});
