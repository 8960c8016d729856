/** What the service does by itself when the same settings keep failing: look, wait, and climb what the caller allowed. */
import { problemOf } from '../support/api';
import { Service } from '../support/service';

let service: Service;
beforeAll(async () => {
  service = await Service.start({ policy: { fallbackWaitMs: 500 } });
});
afterAll(() => service.stop());

test("the guide's own case: music on veo3.1_fast, INTERNAL three times, then success", async () => {
  const reel = await service.make('internal-three-times', { audio: 'music', maxCredits: 1_000 });
  expect(reel.status).toBe('succeeded');
  expect(reel.generations).toHaveLength(4);
  const { events } = await service.handle(reel.id).fetchHistory();
  const notices = (events ?? [])
    .filter((event) => event.timerStartedEventAttributes)
    .map((event) => JSON.parse(Buffer.from(event.userMetadata?.summary?.data ?? []).toString()) as string);
  expect(notices).toEqual([1, 2, 3].map((n) => `Retrying due to internal error (${n}/3)`));
  expect(reel.credits.charged).toBe(120);
});

test.each([
  ['internal-with-audio', { audio: 'music', fallbacks: ['no_audio'] }, 'no audio'],
  [
    'internal-long-prompt',
    {
      promptText: `${'A calm sea at dawn, with gulls. '.repeat(20)} #internal-long-prompt`,
      fallbacks: ['shorter_prompt'],
    },
    'prompt',
  ],
  ['model-down', { fallbacks: ['model:gen4.5'] }, 'gen4.5'],
])(
  '%s: retries of the same settings first, then the change that was allowed',
  async (scenario, fields, word) => {
    const reel = await service.make(scenario, { ...fields, maxCredits: 5_000 });
    expect(reel.status).toBe('succeeded');
    expect(reel.generations).toHaveLength(5);
    expect(reel.generations.slice(0, 4).every(({ changes }) => changes.length === 0)).toBe(true);
    expect(reel.generations[4]?.changes.join()).toContain(word);
  },
);

test('a failure that only other settings can heal climbs at once', async () => {
  const reel = await service.make('bad-output', { fallbacks: ['wait'], maxCredits: 1_000 });
  expect(reel).toMatchObject({ status: 'failed', failure: { code: 'bad_output' } });
  expect(reel.generations).toHaveLength(2);
});

test('a safety verdict stops everything at once, whatever was allowed', async () => {
  const reel = await service.make('safety-input', {
    fallbacks: ['shorter_prompt', 'model:gen4.5'],
    promptText: `${'One sentence. '.repeat(30)} #safety-input`,
  });
  expect(reel).toMatchObject({ status: 'failed', failure: { code: 'safety_input' } });
  expect(reel.generations).toHaveLength(1);
});

test('a fallback that cannot be is refused before anything is spent', async () => {
  const answer = service.api.post('/v1/reels', {
    promptText: 'A calm sea',
    fallbacks: ['model:unheard-of', 'no_audio'],
  });
  expect(await problemOf(answer)).toMatchObject({
    status: 400,
    issues: [{ field: 'fallbacks' }, { field: 'fallbacks' }],
  });
});

test('an incident at Runway is waited for without using up retries', async () => {
  const outage = await Service.start({
    simulator: { taskSeconds: 2 },
    policy: { outagePatienceMs: 36_000, regenerateLimit: 0 },
  });
  try {
    const { id } = await outage.order('incident');
    const waiting = await outage.until(id, 'the incident', ({ phase }) => phase === 'waiting_for_runway');
    expect(waiting.waiting?.for).toContain('Waiting for Runway');
    expect(waiting.waiting?.service?.status).not.toBe('operational');
    expect(await outage.ended(id)).toMatchObject({ status: 'succeeded' });
  } finally {
    await outage.stop();
  }
});

test('credits that run out stop the reel by name, with the balance that was found', async () => {
  const reel = await service.make('credits-run-out');
  expect(reel).toMatchObject({ status: 'failed', failure: { code: 'insufficient_credits' } });
  expect(reel.generations.length).toBeLessThanOrEqual(2);
});
