import { type AroundCall, aroundAll, statusLabel } from './around-call';
import type { Exchange } from './exchange';

const CALL = { name: 'submit', method: 'POST' } as const;
const ANSWER: Exchange = { connected: true, status: 200, bodyText: '{"id":"x"}' };

/** A watcher that notes when it begins and ends. */
const noting =
  (name: string, notes: string[]): AroundCall =>
  async (_call, send) => {
    notes.push(`${name} begins`);
    const answer = await send();
    notes.push(`${name} ends`);
    return answer;
  };

test('the first watcher is outermost', async () => {
  const notes: string[] = [];
  await aroundAll([noting('a', notes), noting('b', notes)])(CALL, async () => {
    notes.push('sent');
    return ANSWER;
  });
  expect(notes).toEqual(['a begins', 'b begins', 'sent', 'b ends', 'a ends']);
});

test.each([
  ['before it sends', async () => Promise.reject(new Error('broken'))],
  ['after it sent', async (_call, send) => send().then(() => Promise.reject(new Error('broken')))],
] as [string, AroundCall][])(
  'a watcher that breaks %s costs neither the answer nor a second request',
  async (_when, broken) => {
    const send = jest.fn(async () => ANSWER);
    for (const watchers of [[broken], [broken, noting('b', [])], [noting('a', []), broken]]) {
      send.mockClear();
      expect(await aroundAll(watchers)(CALL, send)).toBe(ANSWER);
      expect(send).toHaveBeenCalledTimes(1);
    }
  },
);

test('a call without an answer has a label as well', () => {
  expect(statusLabel(ANSWER)).toBe('200');
  expect(statusLabel({ connected: false, bodyText: '' })).toBe('none');
});
