import { createHash } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { type Api, problemOf, startApi } from '../../../../test/support/api';
import type { ApiSettings } from '../../deps';

/** Nothing may be started: there is no Temporal to ask. */
const noTemporal = { options: { namespace: 'default' } } as unknown as Client;

let api: Api;
afterEach(() => api?.close());

test('an estimate names the settings, and what they cost at most', async () => {
  api = await startApi(noTemporal);
  const answer = await api.post('/v1/estimate', { promptText: 'A boat', audio: 'music', seed: null });
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

const promptText = 'A boat';
const fallbackTimes = { fallbackWaitMs: 3_600_000, reelDeadlineMs: 7_200_000 };
const signed = { secrets: [{ client: 'local' }], allowLoopback: false };

/** What is refused, of which setting and for which field. */
const REFUSED: readonly [string, object, Partial<ApiSettings>, Record<string, string>][] = [
  ['a wrong field', { promptText, duration: 'long' }, {}, {}],
  ['no prompt', { promptText: null }, {}, {}],
  ['a prompt that shows nothing', { promptText: '\u3164' }, {}, {}],
  ['an unknown field', { promptText, colour: 'red' }, {}, {}],
  ['a list', [], {}, {}],
  [
    'a fallback that outlasts the reel',
    { promptText, fallbacks: ['wait'], deadline: '1h' },
    { fallbackTimes },
    {},
  ],
  ['less than one generation', { promptText, maxCredits: 8 }, {}, {}],
  ['less than one generation, by default', { promptText }, { defaultMaxCredits: 50 }, {}],
  ['a receiver without a secret', { promptText, webhookUrl: 'https://example.org/h' }, {}, {}],
  ['a receiver within', { promptText, webhookUrl: 'https://127.0.0.1/h' }, { webhooks: signed }, {}],
  ['a private receiver', { promptText, webhookUrl: 'https://10.0.0.1/h' }, { webhooks: signed }, {}],
  ['a receiver without TLS', { promptText, webhookUrl: 'http://example.org/h' }, { webhooks: signed }, {}],
  ['more than a day may cost', { promptText }, { dailyMaxCredits: 50 }, {}],
  ['more than a day of the client', { promptText }, { keyDailyMaxCredits: { local: 50 } }, {}],
  ['a bad key', { promptText }, {}, { 'idempotency-key': 'ü' }],
];

test.each(REFUSED)('%s is refused by both, in the same words', async (_what, body, settings, headers) => {
  // It knows no reels.
  const temporal = {
    ...noTemporal,
    withDeadline: <T>(_deadline: number, call: () => T) => call(),
    workflow: { getHandle: () => ({ describe: () => Promise.resolve(undefined) }) },
  } as unknown as Client;
  api = await startApi(temporal, { settings: { apiKeys: [], corsOrigins: [], ...settings } });
  const [estimate, order] = await Promise.all([
    problemOf(api.post('/v1/estimate', body, headers)),
    problemOf(api.post('/v1/reels', body, headers)),
  ]);
  expect(estimate.status).toBeGreaterThanOrEqual(400);
  expect(estimate.status).toBeLessThan(500);
  expect(estimate).toEqual(order);
});

test('a receiver that an order may have is none of an estimate either for the client without a secret', async () => {
  const keyOf = (client: string) => ({
    client,
    sha256: createHash('sha256').update(`secret-of-${client}`).digest('hex'),
  });
  const webhooks = { secrets: [{ client: 'alice' }], allowLoopback: false };
  api = await startApi(noTemporal, {
    settings: { apiKeys: [keyOf('alice'), keyOf('bob')], corsOrigins: [], webhooks },
  });
  const ask = (client: string) =>
    api.post(
      '/v1/estimate',
      { promptText, webhookUrl: 'https://example.org/h' },
      { authorization: `Bearer secret-of-${client}` },
    );
  expect((await ask('alice')).status).toBe(200);
  expect(await problemOf(ask('bob'))).toMatchObject({ status: 400, issues: [{ field: 'webhookUrl' }] });
});
