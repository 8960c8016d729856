import { PollLog } from './deps';

test('a poll is allowed one interval after the last one of the same task', () => {
  const polls = new PollLog();
  expect(polls.waitFor('a', 5_000, 1_000)).toBe(0);
  polls.record('a', 1_000);
  expect(polls.waitFor('a', 5_000, 1_000)).toBe(5_000);
  expect(polls.waitFor('a', 5_000, 4_000)).toBe(2_000);
  expect(polls.waitFor('a', 5_000, 6_000)).toBe(0);
  expect(polls.waitFor('b', 5_000, 1_000)).toBe(0);
});

test('a task that is polled again is not forgotten with the old ones', () => {
  const polls = new PollLog();
  polls.record('a', 0);
  polls.record('b', 1);
  polls.record('a', 599_000);
  polls.record('c', 600_500);
  expect(polls.waitFor('a', 5_000, 600_500)).toBe(3_500);
});
