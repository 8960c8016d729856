import { HOUR_MS } from '../../contract/duration';
import { waitProblem } from './wait-problem';

const times = { fallbackWaitMs: 3 * HOUR_MS, reelDeadlineMs: 48 * HOUR_MS };

test.each([
  ['without fallbacks', { deadline: '1h' }, times],
  ['without "wait"', { fallbacks: ['no_audio' as const], deadline: '1h' }, times],
  ['with more time than it waits', { fallbacks: ['wait' as const], deadline: '181m' }, times],
  ['with the time of the settings', { fallbacks: ['wait' as const] }, times],
])('%s there is no problem', (_, request, given) => {
  expect(waitProblem(request, given)).toBeUndefined();
});

test.each([
  ['a deadline of its own', { deadline: '3h' }, times, '3 h in all'],
  ['the deadline of the settings', {}, { ...times, reelDeadlineMs: 2 * HOUR_MS }, '2 h in all'],
])('a wait that outlasts %s is told with both times and the ways out', (_, request, given, words) => {
  const problem = waitProblem({ fallbacks: ['no_audio', 'wait'], ...request }, given);
  expect(problem).toMatch(/^fallbacks has "wait", which waits 3 h \(FALLBACK_WAIT\)/);
  expect(problem).toContain(words);
  expect(problem).toMatch(/order it with a deadline of more than 3 h, or without "wait"\.$/);
});
