import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { Client } from '@temporalio/client';
import { type Api, problemOf, startApi } from '../../../../test/support/api';
import { MODELS } from '../../../runway/models/model-table';
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

/** It knows no reels, and starts none. */
const startsNothing = {
  ...noTemporal,
  withDeadline: <T>(_deadline: number, call: () => T) => call(),
  workflow: {
    getHandle: () => ({ describe: () => Promise.resolve(undefined) }),
    start: () => Promise.reject(new Error('this one starts nothing')),
  },
} as unknown as Client;

test.each(REFUSED)('%s is refused by both, in the same words', async (_what, body, settings, headers) => {
  api = await startApi(startsNothing, { settings: { apiKeys: [], corsOrigins: [], ...settings } });
  const [estimate, order] = await Promise.all([
    problemOf(api.post('/v1/estimate', body, headers)),
    problemOf(api.post('/v1/reels', body, headers)),
  ]);
  expect(estimate.status).toBeGreaterThanOrEqual(400);
  expect(estimate.status).toBeLessThan(500);
  expect(estimate).toEqual(order);
});

describe('whatever is ordered, of a service however it is set up', () => {
  const anyText = fc.string({ unit: 'binary', maxLength: 20 });
  const odd = fc.constantFrom<unknown>(
    null,
    '',
    '\u3164',
    0,
    -1,
    1.5,
    1e21,
    true,
    [],
    [null],
    { a: null },
    '5',
  );
  const FIELDS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    promptText: anyText,
    promptImage: fc.constantFrom(
      'https://example.org/a.png',
      'http://x',
      'runway://abc',
      'data:image/png;base64,AA',
    ),
    model: fc.constantFrom(...Object.keys(MODELS), 'none'),
    ratio: fc.constantFrom('720:1280', '1080:1920', '496:864', '9:16', '360:640', '2160:3840'),
    duration: fc.integer({ min: 1, max: 31 }),
    audio: fc.constantFrom('none', 'music', 'music_and_speech', 'all'),
    negativePrompt: anyText,
    seed: fc.integer(),
    fallbacks: fc.array(fc.constantFrom('no_audio', 'wait', 'shorter_prompt', 'model:veo3.1', 'model:none')),
    maxCredits: fc.integer({ min: 1, max: 2_000 }),
    deadline: fc.constantFrom('1m', '1h', '3h', '31d'),
    webhookUrl: fc.constantFrom(
      'https://example.org/h',
      'http://example.org/h',
      'https://[::1]/h',
      'https://10.1/h',
    ),
    title: anyText,
    date: fc.constantFrom('2025-12-06', '2025-02-31'),
    metadata: fc.dictionary(anyText, fc.option(anyText)),
    colour: anyText,
  };
  /** A few fields beside the prompt, so that many orders are right, or wrong in one way. */
  const anyOrder = fc
    .uniqueArray(fc.constantFrom(...Object.keys(FIELDS)), { maxLength: 4 })
    .chain((names) =>
      fc.record(
        Object.fromEntries(
          names.map((name) => [
            name,
            fc.oneof({ weight: 4, arbitrary: FIELDS[name] ?? odd }, { weight: 1, arbitrary: odd }),
          ]),
        ),
      ),
    )
    .map((fields) => ({ promptText, ...fields }));
  const anySettings: fc.Arbitrary<Partial<ApiSettings>> = fc.record(
    {
      fallbackTimes: fc.constant(fallbackTimes),
      defaultMaxCredits: fc.integer({ min: 1, max: 300 }),
      dailyMaxCredits: fc.integer({ min: 1, max: 400 }),
      keyDailyMaxCredits: fc.record({ local: fc.integer({ min: 1, max: 400 }) }),
      webhooks: fc.boolean().map((allowLoopback) => ({ ...signed, allowLoopback })),
    },
    { requiredKeys: [] },
  );

  test('the estimate and the order refuse the same, in the same words', async () => {
    await fc.assert(
      fc.asyncProperty(anySettings, fc.array(anyOrder, { minLength: 20 }), async (settings, orders) => {
        api = await startApi(startsNothing, { settings: { apiKeys: [], corsOrigins: [], ...settings } });
        try {
          for (const body of orders) {
            const estimate = await api.post('/v1/estimate', body);
            const order = await api.post('/v1/reels', body);
            // What is refused by neither is estimated, and only then is Temporal asked to start it.
            if (order.status >= 500) expect({ body, status: estimate.status }).toEqual({ body, status: 200 });
            else
              expect({ body, said: await problemOf(estimate) }).toEqual({
                body,
                said: await problemOf(order),
              });
          }
        } finally {
          await api.close();
        }
      }),
      { numRuns: 15 },
    );
  });
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
