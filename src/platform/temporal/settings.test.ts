import type { Backend } from '../../domain/backend';
import { temporalSettings } from './settings';

const runway: Backend = { kind: 'runway', baseUrl: 'https://api.dev.runwayml.com' };
const simulator: Backend = { kind: 'simulator', baseUrl: 'http://127.0.0.1:4000' };

const before = { ...process.env };
beforeEach(() => {
  const others = Object.entries(before).filter(([name]) => !name.startsWith('TEMPORAL_'));
  // No profile of the person who runs the tests.
  process.env = { ...Object.fromEntries(others), TEMPORAL_CONFIG_FILE: '/no/such/file' };
});
afterEach(() => {
  process.env = { ...before };
});

test('simulated and real reels have namespaces of their own', () => {
  expect(temporalSettings(runway).namespace).toBe('default');
  expect(temporalSettings(simulator).namespace).toBe('simulated');
});

test('a namespace that is named holds for both, and an empty one for none', () => {
  process.env['TEMPORAL_NAMESPACE'] = 'reels';
  expect(temporalSettings(simulator).namespace).toBe('reels');
  process.env['TEMPORAL_NAMESPACE'] = '';
  expect(temporalSettings(simulator).namespace).toBe('simulated');
});

test('the address is Temporal’s own setting', () => {
  process.env['TEMPORAL_ADDRESS'] = 'temporal.example:7233';
  expect(temporalSettings(runway).connectionOptions.address).toBe('temporal.example:7233');
});
