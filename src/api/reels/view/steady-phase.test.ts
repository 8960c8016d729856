import { steadyPhase } from './steady-phase';

test('a task that has run does not read as in line again; one that has not, and other phases, stay', () => {
  expect(steadyPhase('queued_at_runway', 0.87)).toBe('running');
  expect(steadyPhase('queued_at_runway', 0)).toBe('queued_at_runway');
  expect(steadyPhase('waiting_for_slot', 0.5)).toBe('waiting_for_slot');
  expect(steadyPhase('storing', 1)).toBe('storing');
});
