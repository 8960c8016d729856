import type { Client } from '@temporalio/client';
import type { Request, Response } from 'express';
import { boundTemporalCalls, callTemporal, shareTemporalCalls, TemporalUnreachable } from './temporal-call';

const temporal = {
  withDeadline: <T>(_deadline: number, call: () => Promise<T>) => call(),
} as unknown as Client;

let underWay: { readonly of: string; readonly end: () => void }[] = [];
let bound: ReturnType<typeof boundTemporalCalls>;
beforeEach(() => {
  underWay = [];
  bound = boundTemporalCalls();
});
afterEach(() => jest.useRealTimers());

/** A request of a client that makes one call to Temporal, which does not end by itself. */
function ask(of: string): Promise<string> {
  return new Promise((resolve, reject) => {
    void bound({} as Request, {} as Response, () => {
      shareTemporalCalls(of);
      const call = () => new Promise<string>((end) => underWay.push({ of, end: () => end(of) }));
      callTemporal(temporal, 'No answer.', call).then(resolve, reject);
    });
  });
}

const settled = () => new Promise(setImmediate);
const callsOf = (client: string) => underWay.filter(({ of }) => of === client);

test('calls of one client wait for each other, and not those of another', async () => {
  const asked = Array.from({ length: 20 }, () => ask('alice'));
  await settled();
  expect(callsOf('alice')).toHaveLength(4);
  const other = ask('bob');
  await settled();
  callsOf('bob')[0]?.end();
  expect(await other).toBe('bob');

  callsOf('alice')[0]?.end();
  await settled();
  expect(callsOf('alice')).toHaveLength(5);
  for (let made = 1; made < 20; made += 1) {
    underWay.filter(({ of }) => of === 'alice')[made]?.end();
    await settled();
  }
  expect(await Promise.all(asked)).toHaveLength(20);
});

test('a call that waited for too long is refused, and is not made any more', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  const asked = Array.from({ length: 5 }, () => ask('alice').catch((error: unknown) => error));
  await settled();
  jest.advanceTimersByTime(6_250);
  expect(await asked[4]).toBeInstanceOf(TemporalUnreachable);
  for (const { end } of underWay) end();
  await settled();
  expect(underWay).toHaveLength(4);
});
