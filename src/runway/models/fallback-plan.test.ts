import { HOUR_MS } from '../../contract/duration';
import fc from 'fast-check';
import type { Fallback, ReelRequest } from '../../contract/schemas/request';
import { buildCreate } from '../calls/create-body';
import { planFallbacks } from './fallback-plan';
import { ENDPOINTS, MODELS, type ModelName, type ModelRules } from './model-table';
import { audioModesOf } from './models';
import { parseReelRequest } from './request-rules';

const LONG = 'A calm sea at dawn, with gulls over the harbour. '.repeat(12).trim();
const request = (changes: Partial<ReelRequest> = {}): ReelRequest => ({
  promptText: LONG,
  model: 'veo3.1_fast',
  ratio: '720:1280',
  duration: 8,
  audio: 'music',
  ...changes,
});

function plan(changes: Partial<ReelRequest>) {
  const planned = planFallbacks(request(changes), 3 * HOUR_MS);
  if (!planned.ok) throw new Error(JSON.stringify(planned.issues));
  return planned.plan;
}

function reasons(changes: Partial<ReelRequest>): string[] {
  const planned = planFallbacks(request(changes));
  return planned.ok ? [] : planned.issues.map(({ field, message }) => `${field} | ${message}`);
}

describe('the fallback plan', () => {
  it('is one step with the settings of the caller when nothing else is allowed', () => {
    expect(plan({})).toEqual([{ request: request(), changes: [], estimatedCredits: 120 }]);
    expect(plan({ fallbacks: [] })).toHaveLength(1);
  });

  it('makes one change a step, on top of those before it, and says all of them', () => {
    const steps = plan({ fallbacks: ['no_audio', 'shorter_prompt', 'wait', 'model:gen4.5'], seed: 7 });
    expect(steps.map(({ changes }) => changes)).toEqual([
      [],
      ['no audio'],
      ['no audio', 'prompt shortened to 195 characters'],
      ['no audio', 'prompt shortened to 195 characters', 'after a wait of 3 h'],
      ['no audio', 'prompt shortened to 195 characters', 'model gen4.5, 8 s, 720:1280'],
    ]);
    expect(steps.map(({ estimatedCredits }) => estimatedCredits)).toEqual([120, 80, 80, 80, 96]);
    expect(steps.map(({ waitMs }) => waitMs)).toEqual([
      undefined,
      undefined,
      undefined,
      3 * HOUR_MS,
      undefined,
    ]);
    expect(steps[3]?.request).toEqual(steps[2]?.request);
    expect(steps[4]?.request).toEqual({
      promptText: steps[2]?.request.promptText,
      model: 'gen4.5',
      ratio: '720:1280',
      duration: 8,
      audio: 'none',
      seed: 7,
    });
  });

  it('translates a second model from the settings of the caller, not from those of the first', () => {
    const [, first, second] = plan({
      model: 'wan3',
      duration: 15,
      fallbacks: ['model:gen4.5', 'model:seedance2'],
    });
    expect(first).toMatchObject({
      request: { duration: 10, audio: 'none' },
      changes: ['model gen4.5, 10 s, 720:1280, no audio'],
    });
    expect(second).toMatchObject({
      request: { duration: 15, audio: 'music' },
      changes: ['model seedance2, 15 s, 720:1280'],
    });
  });

  it.each<[string, Partial<ReelRequest>, Fallback, Partial<ReelRequest>]>([
    [
      'the longest duration that is not longer',
      { duration: 8, model: 'gen4.5', audio: 'none' },
      'model:veo3.1',
      { duration: 8 },
    ],
    ['a shorter duration', { duration: 7, model: 'gen4.5', audio: 'none' }, 'model:veo3.1', { duration: 6 }],
    ['a longer one only where there is no shorter', { duration: 4 }, 'model:hailuo3', { duration: 5 }],
    ['the same shape by another name', {}, 'model:hailuo3', { ratio: '9:16' }],
    ['the nearest size', { ratio: '1080:1920' }, 'model:wan3', { ratio: '1080:1920' }],
    [
      'the nearest shape of the same orientation',
      { ratio: '1280:720' },
      'model:seedance2',
      { ratio: '1280:720' },
    ],
    [
      'a small size as a small one',
      { model: 'seedance2_5', ratio: '480:854' },
      'model:wan3',
      { ratio: '480:832' },
    ],
    [
      'a shape that follows the image',
      { promptImage: 'https://example.org/a.png' },
      'model:wan3',
      { ratio: 'auto_720p' },
    ],
  ])('keeps %s', (_, own, fallback, expected) => {
    expect(plan({ ...own, fallbacks: [fallback] })[1]?.request).toMatchObject(expected);
  });

  it('leaves out what the other model does not have, and says so', () => {
    const [, step] = plan({ negativePrompt: 'rain', seed: 7, fallbacks: ['model:wan3'] });
    expect(step?.request).not.toHaveProperty('negativePrompt');
    expect(step?.request).not.toHaveProperty('seed');
    expect(step?.changes).toEqual([
      'model wan3, 8 s, 720:1280, without the negative prompt, without the seed',
    ]);
  });
});

describe('a fallback that cannot be', () => {
  it.each<[string, Partial<ReelRequest>]>([
    ['there is no audio to leave out', { audio: 'none', fallbacks: ['no_audio'] }],
    ['there is no audio to leave out', { fallbacks: ['model:gen4.5', 'no_audio'] }],
    ['hailuo3 always makes a sound track', { model: 'hailuo3', ratio: '9:16', fallbacks: ['no_audio'] }],
    ['too short to be shortened', { promptText: 'Snow', fallbacks: ['shorter_prompt'] }],
    ['is not known: the models are veo3.1_fast', { fallbacks: ['model:sora'] }],
    ['is not known', { fallbacks: ['model:__proto__'] }],
    ['changes nothing', { fallbacks: ['model:veo3.1_fast'] }],
    ['gen4_turbo makes no videos from text alone', { fallbacks: ['model:gen4_turbo'] }],
    ['veo3.1 makes no square videos', { model: 'seedance2', ratio: '960:960', fallbacks: ['model:veo3.1'] }],
    ['h3_max makes no vertical videos on demand', { fallbacks: ['model:h3_max'] }],
    ['and 1000 are allowed', { model: 'wan3', promptText: 'x'.repeat(2_000), fallbacks: ['model:gen4.5'] }],
    ['maxCredits must be at least 320', { maxCredits: 200, fallbacks: ['model:veo3.1'] }],
  ])('is refused, because %s', (reason, fields) => {
    expect(reasons(fields).join()).toContain(reason);
    expect(reasons(fields).join()).toMatch(/^fallbacks \| fallbacks has "/);
    expect(parseReelRequest({ ...request(), ...fields })).toMatchObject({ ok: false });
  });

  it('may be, once a change before it makes room', () => {
    const own = { model: 'wan3', promptText: `${LONG} ${LONG}`, duration: 10 };
    expect(reasons({ ...own, fallbacks: ['model:gen4.5'] })).toHaveLength(1);
    expect(reasons({ ...own, fallbacks: ['shorter_prompt', 'model:gen4.5'] })).toEqual([]);
  });

  it('does not hide the others', () => {
    expect(reasons({ audio: 'none', fallbacks: ['no_audio', 'model:sora', 'wait'] })).toHaveLength(2);
  });
});

describe('any fallback plan of any request', () => {
  const anyModel = fc.constantFrom(...(Object.keys(MODELS) as ModelName[]));
  const anyFallback = fc.oneof(
    fc.constantFrom<Fallback>('no_audio', 'shorter_prompt', 'wait'),
    anyModel.map((model): Fallback => `model:${model}`),
  );
  const anyRequest = anyModel.chain((model) => {
    const rules: ModelRules = MODELS[model];
    const endpoints = ENDPOINTS.filter((endpoint) => rules.sizes[endpoint]);
    return fc.constantFrom(...endpoints).chain((endpoint) =>
      fc.record(
        {
          promptText: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 400 }),
          model: fc.constant(model),
          ratio: fc.constantFrom(...Object.keys(rules.sizes[endpoint] ?? {})),
          duration: fc.constantFrom(...rules.durations),
          audio: fc.constantFrom(...audioModesOf(rules)),
          promptImage: fc.constant(endpoint === 'image_to_video' ? 'https://example.org/a.png' : undefined),
          fallbacks: fc.uniqueArray(anyFallback, { maxLength: 6 }),
          maxCredits: fc.option(fc.integer({ min: 1, max: 3_000 }), { nil: undefined }),
          seed: fc.constant(rules.seed ? 7 : undefined),
        },
        { noNullPrototype: true },
      ),
    );
  });

  it('has only steps that would be accepted by themselves, within what the caller allows, the same each time', () => {
    let planned = 0;
    fc.assert(
      fc.property(anyRequest, (fields) => {
        const parsed = parseReelRequest(fields);
        fc.pre(parsed.ok);
        if (!parsed.ok) return;
        const plan = planFallbacks(parsed.request, HOUR_MS);
        expect(planFallbacks(parsed.request, HOUR_MS)).toEqual(plan);
        if (!plan.ok) throw new Error('accepted, and impossible');
        expect(plan.plan).toHaveLength(1 + (parsed.request.fallbacks?.length ?? 0));
        for (const step of plan.plan) {
          planned += 1;
          expect(parseReelRequest(step.request)).toEqual({ ok: true, request: step.request });
          expect(() => buildCreate(step.request)).not.toThrow();
          expect(step.estimatedCredits).toBeLessThanOrEqual(fields.maxCredits ?? Number.POSITIVE_INFINITY);
        }
      }),
      { numRuns: 200 },
    );
    expect(planned).toBeGreaterThan(200);
  });
});
