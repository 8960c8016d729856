import type { Client } from '@temporalio/client';
import { type Api, problemOf, startApi } from '../../test/support/api';

/** Nothing may be started: there is no Temporal to ask. */
const noTemporal = { options: { namespace: 'default' } } as unknown as Client;

let api: Api;
afterEach(() => api?.close());

test('an estimate names the settings, and what they cost at most', async () => {
  api = await startApi(noTemporal);
  const answer = await api.post('/v1/estimate', { promptText: 'A boat', audio: 'music' });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({
    simulated: true,
    request: {
      promptText: 'A boat',
      model: 'veo3.1_fast',
      ratio: '720:1280',
      duration: 8,
      audio: 'music',
    },
    credits: { estimated: 120, atMost: 480 },
  });
});

const open = { apiKeys: [], corsOrigins: [] };
const fallbackTimes = { fallbackWaitMs: 3_600_000, reelDeadlineMs: 7_200_000 };

test('what POST /v1/reels refuses is refused', async () => {
  api = await startApi(noTemporal, { settings: { ...open, defaultMaxCredits: 50, fallbackTimes } });
  const wrong = await problemOf(api.post('/v1/estimate', { promptText: 'A boat', duration: 'long' }));
  expect(wrong).toMatchObject({ status: 400, issues: [{ field: 'duration' }] });
  const hurried = await problemOf(
    api.post('/v1/estimate', { promptText: 'A boat', fallbacks: ['wait'], deadline: '1h' }),
  );
  expect(hurried).toMatchObject({ status: 400, issues: [{ field: 'fallbacks' }] });
  const dear = await problemOf(api.post('/v1/estimate', { promptText: 'A boat' }));
  expect(dear).toMatchObject({ status: 400, issues: [{ field: 'maxCredits' }] });
});
