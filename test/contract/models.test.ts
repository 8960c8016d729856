/** The model table, and the bodies made from it, against the types of the SDK, in both directions. */
import fc from 'fast-check';
import type { ReelRequest } from '../../src/contract/schemas/request';
import { buildCreate } from '../../src/runway/calls/create-body';
import { ENDPOINTS, findModel, MODELS } from '../../src/runway/models/model-table';
import { listModels } from '../../src/runway/models/models';
import { parseReelRequest } from '../../src/runway/models/request-rules';
import { type Endpoint, readSdkModels, typeErrors } from './models-sdk-types';

const SDK = {
  text_to_video: readSdkModels('text_to_video'),
  image_to_video: readSdkModels('image_to_video'),
};
const IMAGE = 'https://example.org/image.png';

/** Literals of the SDK's types that are left out on purpose. */
const LEFT_OUT: Record<string, readonly string[]> = {
  // Only with an image or a video.
  'text_to_video hailuo3 ratio': ['adaptive'],
  // Without a first frame there is nothing to follow; with one, the ratio must follow it.
  'text_to_video wan3 ratio': ['auto_480p', 'auto_720p', 'auto_1080p'],
  'text_to_video wan3_prime ratio': ['auto_480p', 'auto_720p', 'auto_1080p'],
  'image_to_video wan3 ratio': wanPixels(),
  'image_to_video wan3_prime ratio': wanPixels(),
  // Deprecated spellings.
  'text_to_video hailuo3 resolution': ['768P', '2K'],
  'image_to_video hailuo3 resolution': ['768P', '2K'],
  'image_to_video happyhorse_1_0 resolution': ['720P', '1080P'],
};

/** Fields of the SDK that a reel has no use for. A new one fails the test, to be offered or added here. */
const NOT_OFFERED = [
  'contentModeration',
  'outputFormat',
  'proresProfile',
  'promptExpansionMode',
  'references',
  'referenceAudio',
  'referenceVideos',
];

const models = listModels();
const pairs = models.flatMap((model) =>
  model.endpoints.map((endpoint) => ({ name: model.name, endpoint: endpoint.name, model })),
);

function sdkFields(endpoint: Endpoint, name: string) {
  const fields = SDK[endpoint].get(name);
  if (!fields) throw new Error(`the SDK has no ${name} on ${endpoint}`);
  return fields;
}

function wanPixels(): string[] {
  return Object.keys(MODELS.wan3.sizes.text_to_video ?? {});
}

/** Every value that `GET /v1/models` offers, as checked requests. */
function allRequests(): ReelRequest[] {
  return models.flatMap((model) =>
    model.endpoints.flatMap((endpoint) =>
      endpoint.ratios.flatMap(({ ratio }) =>
        model.audioModes.map((audio, i) => ({
          promptText: 'A lantern drifts over a lake',
          ...(endpoint.name === 'image_to_video' && { promptImage: IMAGE }),
          model: model.name,
          ratio,
          duration: model.durations[i % model.durations.length] ?? 0,
          audio,
          ...(model.seed && { seed: 7 }),
          ...(model.negativePromptMaxLength !== undefined && { negativePrompt: 'rain' }),
        })),
      ),
    ),
  );
}

describe('the model table and the types of the SDK', () => {
  it.each(ENDPOINTS)('name the same models for %s', (endpoint) => {
    const ours = pairs.filter((pair) => pair.endpoint === endpoint).map(({ name }) => name);
    expect(ours.sort()).toEqual([...SDK[endpoint].keys()].sort());
  });

  it.each(pairs)('name the same ratios and resolutions for $name, $endpoint', ({ name, endpoint }) => {
    const sizes = Object.values(findModel(name)?.sizes[endpoint] ?? {});
    for (const field of ['ratio', 'resolution'] as const) {
      const ours = new Set(sizes.flatMap(({ sent }) => sent[field] ?? []));
      const theirs = sdkFields(endpoint, name).get(field)?.literals ?? [];
      const leftOut = LEFT_OUT[`${endpoint} ${name} ${field}`] ?? [];
      expect([...ours, ...leftOut].sort()).toEqual([...theirs].sort());
    }
  });

  it.each(pairs)('agree on the optional fields of $name, $endpoint', ({ name, endpoint, model }) => {
    const fields = sdkFields(endpoint, name);
    expect(fields.has('audio')).toBe(model.audio === 'optional');
    expect(fields.has('seed')).toBe(model.seed);
    expect(fields.has('negativePrompt')).toBe(model.negativePromptMaxLength !== undefined);
    const durations = (fields.get('duration')?.literals ?? []).filter((value) => typeof value === 'number');
    if (durations.length > 0) expect(model.durations).toEqual(durations);
    const offered = ['model', 'promptText', 'promptImage', 'ratio', 'resolution', 'duration'];
    const optional = ['audio', 'seed', 'negativePrompt'];
    for (const field of fields.keys()) expect([...offered, ...optional, ...NOT_OFFERED]).toContain(field);
  });

  it('agree on which models need an image', () => {
    for (const { name, image } of models) {
      expect(image).toBe(SDK.text_to_video.has(name) ? 'optional' : 'required');
    }
  });
});

describe('bodies of a create', () => {
  it('are of the SDK’s types for each model, endpoint, ratio and audio mode', () => {
    const bodies = allRequests().map((request) => buildCreate(request));
    expect(bodies.length).toBeGreaterThan(400);
    expect(typeErrors(bodies)).toEqual([]);
  });

  it.each([
    ['a field of another model', { seed: 1 }],
    ['a ratio of another model', { ratio: '9:16' }],
    ['a wrong type', { duration: '8' }],
  ])('would be caught with %s', (_, wrong) => {
    const { endpoint, body } = buildCreate({
      promptText: 'x',
      model: 'wan3',
      ratio: '720:1280',
      duration: 8,
      audio: 'none',
    });
    expect(typeErrors([{ endpoint, body: { ...body, ...wrong } }])).toHaveLength(1);
  });

  it('have no field that the model lacks and every field that it needs, for whatever parses', () => {
    let parsed = 0;
    fc.assert(
      fc.property(anyRequest(), (body) => {
        const result = parseReelRequest(body);
        if (!result.ok) {
          expect(result.issues.length).toBeGreaterThan(0);
          return;
        }
        parsed += 1;
        const { request } = result;
        const call = buildCreate(request);
        const fields = sdkFields(call.endpoint, request.model);
        for (const key of Object.keys(call.body)) expect([...fields.keys()]).toContain(key);
        for (const [key, { required }] of fields) if (required) expect(call.body).toHaveProperty(key);
        expect(call.promptText.length).toBeLessThanOrEqual(findModel(request.model)?.promptMax ?? 0);
        // A request that was checked once passes again: the first activity does so.
        expect(parseReelRequest(request)).toEqual({ ok: true, request });
      }),
      { numRuns: 2000 },
    );
    expect(parsed).toBeGreaterThan(200);
  });
});

/** Requests that are mostly right for their model, with settings of other models mixed in. */
function anyRequest() {
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
  return fc.constantFrom(...models).chain((model) =>
    fc.record({
      promptText: fc.oneof(fc.string({ minLength: 1, maxLength: 60 }), fc.constant('é🎉'.repeat(310))),
      model: fc.constant(model.name),
      promptImage: model.image === 'required' ? fc.constant(IMAGE) : maybe(fc.constant(IMAGE)),
      ratio: maybe(
        fc.constantFrom('720:1280', ...model.endpoints.flatMap((e) => e.ratios.map((r) => r.ratio))),
      ),
      duration: maybe(fc.constantFrom(5, 8, ...model.durations)),
      audio: fc.constantFrom(...model.audioModes, 'none', 'music'),
      negativePrompt:
        model.negativePromptMaxLength === undefined ? fc.constant(undefined) : maybe(fc.string()),
      seed: maybe(fc.nat(4_294_967_295)),
      maxCredits: maybe(fc.integer({ min: 1, max: 5000 })),
    }),
  );
}
