import {
  aspectOf,
  defaultDuration,
  defaultRatio,
  ENDPOINTS,
  findModel,
  findSize,
  MODELS,
} from './model-table';

describe('the model table', () => {
  it('cannot be changed, however deep', () => {
    const rules = MODELS['veo3.1_fast'];
    expect(Object.isFrozen(MODELS)).toBe(true);
    expect(Object.isFrozen(rules.durations)).toBe(true);
    expect(Object.isFrozen(rules.sizes.text_to_video?.['720:1280']?.sent)).toBe(true);
  });

  it('knows no model and no size by a name of every object', () => {
    expect(findModel('constructor')).toBeUndefined();
    expect(findModel('__proto__')).toBeUndefined();
    expect(findSize(MODELS['veo3.1'], 'text_to_video', 'toString')).toBeUndefined();
  });

  it('puts vertical sizes first and the default at the front', () => {
    for (const [name, rules] of Object.entries(MODELS)) {
      for (const endpoint of ENDPOINTS) {
        const ratios = Object.keys(rules.sizes[endpoint] ?? {});
        const aspects = ratios.map((ratio) => aspectOf(ratio) ?? Infinity);
        const classes = aspects.map((aspect) => (aspect === Infinity ? 2 : Math.sign(aspect - 1)));
        expect({ name, endpoint, classes }).toEqual({
          name,
          endpoint,
          classes: [...classes].sort((a, b) => a - b),
        });
        if (ratios.includes('720:1280')) expect(ratios[0]).toBe('720:1280');
      }
    }
  });

  it.each([
    ['veo3.1_fast', 'text_to_video', '720:1280'],
    ['hailuo3', 'text_to_video', '9:16'],
    ['h3_max', 'text_to_video', 'auto_768p'],
    ['wan3', 'image_to_video', 'auto_720p'],
    ['grok_imagine_1_5', 'text_to_video', '9:16'],
    ['happyhorse_1_0', 'image_to_video', 'auto_720p'],
  ] as const)('makes %s by %s in %s by default', (model, endpoint, ratio) => {
    expect(defaultRatio(MODELS[model], endpoint)).toBe(ratio);
  });

  it('makes 8 seconds by default wherever a model can', () => {
    for (const rules of Object.values(MODELS)) expect(defaultDuration(rules)).toBe(8);
    expect(defaultDuration({ ...MODELS['veo3.1'], durations: [2, 5] })).toBe(5);
  });

  it.each([
    ['hailuo3', 'text_to_video', '9:16', { ratio: '9:16', resolution: '768p' }],
    ['hailuo3', 'text_to_video', '9:16_2k', { ratio: '9:16', resolution: '2k' }],
    ['hailuo3', 'image_to_video', 'auto_2k', { ratio: 'adaptive', resolution: '2k' }],
    ['grok_imagine_1_5', 'image_to_video', 'auto_1080p', { resolution: '1080p' }],
    ['h3_max', 'text_to_video', 'auto_480p', { resolution: '480p' }],
    ['wan3', 'image_to_video', 'auto_720p', { ratio: 'auto_720p' }],
    ['veo3.1', 'text_to_video', '1080:1920', { ratio: '1080:1920' }],
  ] as const)('sends for %s, %s, %s what the model calls it', (model, endpoint, ratio, sent) => {
    expect(findSize(MODELS[model], endpoint, ratio)?.sent).toEqual(sent);
  });

  it.each([
    ['720:1280', 0.5625],
    ['9:16_2k', 0.5625],
    ['auto_720p', undefined],
  ])('reads the shape of %s', (ratio, aspect) => {
    expect(aspectOf(ratio)).toBe(aspect);
  });
});
