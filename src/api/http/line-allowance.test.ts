import pino from 'pino';
import { createLineAllowance } from './line-allowance';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('a million of a kind are some lines, and one that says how many more there were', () => {
  const lines: string[] = [];
  const logger = pino({}, { write: (line: string) => void lines.push(line) });
  const allowance = createLineAllowance(logger);
  for (let n = 0; n < 1_000_000; n++) allowance('404', () => logger.info('refused'));
  for (let n = 0; n < 3; n++) allowance('401', () => logger.info('no key'));
  expect(lines).toHaveLength(23);

  jest.advanceTimersByTime(60_000);
  expect(lines).toHaveLength(24);
  expect(JSON.parse(lines[23] ?? '')).toMatchObject({ leftOut: { 404: 999_980 } });

  // The next minute begins with the next of them, and one without any says nothing.
  jest.advanceTimersByTime(600_000);
  allowance('404', () => logger.info('refused'));
  jest.advanceTimersByTime(600_000);
  expect(lines).toHaveLength(25);
});
