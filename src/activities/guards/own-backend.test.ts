import type { Backend } from '../../domain/backend';
import { requireOwnBackend, requireOwnStorage } from './own-backend';

const runway: Backend = { kind: 'runway', baseUrl: 'https://api.dev.runwayml.com' };
const other: Backend = { ...runway, account: 'other' };
const simulator: Backend = { kind: 'simulator', baseUrl: 'http://127.0.0.1:4000' };
const wrong = expect.objectContaining({ type: 'Runway.WrongBackend', nonRetryable: false }) as Error;

test('nobody calls for a reel of another backend, but a worker with the right settings may come', () => {
  expect(() => requireOwnBackend(runway, other)).toThrow(wrong);
  expect(() => requireOwnBackend(simulator, runway)).toThrow(wrong);
  expect(() => requireOwnBackend(runway, { ...runway })).not.toThrow();
});

test('what is kept in another database is not looked for, by whatever worker; a reel from before has none', () => {
  const [mine, others] = [
    { ...simulator, database: 'mine' },
    { ...simulator, database: 'others' },
  ];
  const elsewhere = expect.objectContaining({ type: 'Reel.WrongDatabase', nonRetryable: false }) as Error;
  for (const guard of [requireOwnStorage, requireOwnBackend]) {
    expect(() => guard(mine, others)).toThrow(elsewhere);
    expect(() => guard(mine, mine)).not.toThrow();
    expect(() => guard(mine, simulator)).not.toThrow();
    expect(() => guard(simulator, others)).not.toThrow();
  }
});

test('what lies on disk is found by any worker of real reels, and by none of simulated ones', () => {
  expect(() => requireOwnStorage(runway, other)).not.toThrow();
  expect(() => requireOwnStorage(simulator, runway)).toThrow(wrong);
  expect(() => requireOwnStorage(runway, simulator)).toThrow(wrong);
});
