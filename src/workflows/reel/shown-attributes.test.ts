import type { Generation } from '../../contract/schemas/reel';
import type { ReelState } from '../../domain/reel';
import { shownAttributes } from './shown-attributes';

const stateOf = (ids: readonly string[], uncertain = 0): ReelState => ({
  schemaVersion: 1,
  status: 'in_progress',
  phase: 'running',
  generations: ids.map((runwayTaskId, i) => ({ number: i + 1, runwayTaskId }) as Generation),
  credits: { estimated: 80, charged: 0, uncertain },
  warnings: [],
  updatedAt: '2026-11-27T12:00:00.000Z',
});
const valueOf = (state: ReelState, name: string) =>
  shownAttributes(state).find(({ key }) => key.name === name)?.value;
const id = (n: number) => `695f1a48-dd9f-4a7c-9d5e-${String(n).padStart(12, '0')}`;

test('what there is nothing to say of is not set', () => {
  expect(shownAttributes(stateOf([])).map(({ key }) => key.name)).toEqual(['ReelStatus']);
});

test('of more Operation IDs than Temporal takes the latest stand, in order', () => {
  const ids = Array.from({ length: 60 }, (_, i) => id(i + 1));
  const shown = valueOf(stateOf(ids), 'ReelTaskIds') as string[];
  expect(shown).toEqual(ids.slice(-shown.length));
  expect(shown.length).toBeGreaterThan(45);
  expect(Buffer.byteLength(JSON.stringify(shown))).toBeLessThanOrEqual(2_048);
  expect(valueOf(stateOf(ids.slice(0, 40)), 'ReelTaskIds')).toEqual(ids.slice(0, 40));
});

test('uncertain credits are a whole number that Temporal takes, never fewer than there are', () => {
  expect(valueOf(stateOf([], 80), 'ReelUncertainCredits')).toBe(80);
  expect(valueOf(stateOf([], 80.4), 'ReelUncertainCredits')).toBe(81);
  expect(valueOf(stateOf([], 1e300), 'ReelUncertainCredits')).toBe(Number.MAX_SAFE_INTEGER);
});
