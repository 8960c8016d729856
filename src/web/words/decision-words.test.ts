import type { Decision, Reel } from '../../contract/schemas/reel';
import { choiceWords } from './decision-words';

const AT = '2026-11-01T12:00:00.000Z';
const decision: Decision = {
  generation: 2,
  since: AT,
  until: AT,
  evidence: { gatheredAt: AT, otherSubmits: 0, says: 'unclear' },
  choices: [],
};
const real: Reel = {
  id: 'a',
  status: 'needs_decision',
  phase: 'submitting',
  simulated: false,
  warnings: [],
  progress: 0,
  createdAt: AT,
  updatedAt: AT,
  request: { promptText: 'A boat', model: 'veo3.1_fast', ratio: '720:1280', duration: 8, audio: 'none' },
  generations: [
    { number: 2, model: 'veo3.1', changes: [], status: 'uncertain', estimatedCredits: 160, startedAt: AT },
  ],
  credits: { estimated: 160, charged: 0, uncertain: 160 },
  links: { self: '', events: '' },
};

test('the lost order is named by its own model, and by the reader’s clock', () => {
  const time = new Date(AT).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
  const { adopt, abandon } = choiceWords(real, decision, Date.parse(AT));
  expect(adopt).toContain('https://dev.runwayml.com for a video with veo3.1, ordered at about');
  expect(adopt).toContain(time);
  expect(abandon).toContain('Up to $1.60 (160 credits) may have been charged');
});

test('nobody looks for a practice clip at Runway', () => {
  const { adopt } = choiceWords({ ...real, simulated: true }, decision, Date.parse(AT));
  expect(adopt).not.toContain('runwayml.com');
});
