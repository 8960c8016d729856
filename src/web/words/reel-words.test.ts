import type { Generation, Reel } from '../../contract/schemas/reel';
import { badgeOf, chargedWords, describeReel, nextWords, titleOf } from './reel-words';

const AT = '2026-11-01T12:00:00.000Z';
const LATER = '2026-11-01T12:00:30.000Z';

const failed: Generation = {
  number: 1,
  model: 'veo3.1_fast',
  changes: [],
  status: 'failed',
  failureCode: 'INTERNAL',
  estimatedCredits: 80,
  credits: 0,
  startedAt: AT,
  endedAt: AT,
};

function reel(changes: Partial<Reel> = {}): Reel {
  return {
    id: 'sim-a',
    status: 'in_progress',
    phase: 'running',
    simulated: true,
    warnings: [],
    progress: 0.41,
    createdAt: AT,
    updatedAt: AT,
    request: { promptText: 'A boat', model: 'veo3.1_fast', ratio: '720:1280', duration: 8, audio: 'none' },
    generations: [],
    credits: { estimated: 80, charged: 0, uncertain: 0 },
    links: { self: '', events: '' },
    ...changes,
  };
}

test('a passing error is not the caller’s fault, and is counted down to the next try', () => {
  const waiting = { for: 'Retrying due to internal error (1/3)', number: 1, limit: 3, nextAt: LATER };
  const words = describeReel(reel({ phase: 'waiting_to_retry', waiting, generations: [failed] }));
  expect(words).toMatchObject({
    headline: 'Runway had a problem; your prompt is fine',
    detail: 'Nothing was charged.',
    technical: 'in_progress · waiting_to_retry · Retrying due to internal error (1/3)',
  });
  expect(words.next && nextWords(words.next, Date.parse(AT))).toBe('Next try in 30 s (1 of 3).');
  expect(words.next && nextWords(words.next, Date.parse(LATER))).toBe('Trying again now.');
});

test.each([[undefined], [80]])(
  'nothing is said to be free while %s credits stand on the generation',
  (credits) => {
    const words = describeReel(reel({ phase: 'waiting_to_retry', generations: [{ ...failed, credits }] }));
    expect(words.detail).toBeUndefined();
  },
);

test('a lost answer says what may exist, with its price', () => {
  const lost = { ...failed, status: 'uncertain' as const, credits: undefined };
  const credits = { estimated: 80, charged: 0, uncertain: 80 };
  const words = describeReel(reel({ status: 'needs_decision', generations: [lost], credits }));
  expect(words.detail).toBe(
    'We ordered the video but got no clear answer. One video may exist, for $0.80 (80 credits).',
  );
});

test.each([
  [{}, 'your plan makes only so many videos at a time'],
  [{ slots: 1 }, 'your plan makes 1 video at a time'],
  [{ slots: 3 }, 'your plan makes 3 videos at a time'],
])('waiting for a slot with %j says: %s', (around, words) => {
  expect(describeReel(reel({ phase: 'waiting_for_slot' }), around).headline).toContain(words);
});

test('a stopped reel says what it cost, or that it is not known', () => {
  const cost = (charged: number, uncertain: number) =>
    chargedWords({ credits: { estimated: 80, charged, uncertain } });
  expect(cost(0, 0)).toBe('Nothing was charged.');
  expect(cost(80, 0)).toBe('Charged: $0.80 (80 credits).');
  expect(cost(0, 80)).toBe('$0.80 (80 credits) may have been charged: not known yet.');
});

test('a badge shows how far a running reel is', () => {
  expect(badgeOf(reel())).toEqual({ text: '41 %', tone: 'working' });
});

test('a reel without a title is called by the beginning of its prompt, and no character is cut in two', () => {
  expect(titleOf(reel())).toBe('A boat');
  const promptText = `${'a'.repeat(68)}🎈 and more`;
  expect(titleOf(reel({ request: { ...reel().request, promptText } }))).toBe(`${'a'.repeat(68)}…`);
});

test.each([
  ['insufficient_credits', 'account', /^They are bought at dev\.runwayml\.com, apart from/],
  ['safety_input', 'safety', /^Sending them again can get your account suspended\.$/],
  ['safety_output', 'safety', /^Sending the same prompt again can get your account suspended\.$/],
] as const)('under the title of %s stands what must not be missed', (code, category, words) => {
  const failure = { code, category, title: 'Refused', message: '', advice: [] };
  expect(describeReel(reel({ status: 'failed', failure })).detail).toMatch(words);
});
