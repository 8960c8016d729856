import { listModels } from './models';
import { parseReelRequest } from './request-rules';

const find = (name: string) => listModels().find((model) => model.name === name);

describe('the list of models', () => {
  it('shows the default model with limits, prices and an example in dollars', () => {
    expect(find('veo3.1_fast')).toEqual({
      name: 'veo3.1_fast',
      default: true,
      endpoints: ['text_to_video', 'image_to_video'].map((name) => ({
        name,
        defaultRatio: '720:1280',
        ratios: ['720:1280', '1080:1920', '1280:720', '1920:1080'].map((ratio) => ({
          ratio,
          creditsPerSecond: 10,
          creditsPerSecondWithAudio: 15,
        })),
      })),
      durations: [4, 6, 8],
      defaultDuration: 8,
      image: 'optional',
      audio: 'optional',
      audioModes: ['none', 'music', 'music_and_speech'],
      seed: true,
      promptMaxLength: 1000,
      promptMaxLengthWithMusic: expect.any(Number) as number,
      negativePromptMaxLength: 1000,
      negativePromptMaxLengthWithMusic: expect.any(Number) as number,
      prices: { example: { ratio: '720:1280', duration: 8, credits: 80, dollars: 0.8 } },
    });
  });

  it('shows a silent model with no price for audio, and that it needs an image', () => {
    const model = find('gen4_turbo');
    expect(model).toMatchObject({ image: 'required', audio: 'none', audioModes: ['none'] });
    expect(model?.endpoints).toHaveLength(1);
    expect(model?.endpoints[0]?.ratios[0]).toEqual({ ratio: '720:1280', creditsPerSecond: 5 });
    expect(model?.prices.example.credits).toBe(40);
  });

  it('has one default, and each model by its defaults is a good request', () => {
    const models = listModels();
    expect(models.filter((model) => model.default)).toHaveLength(1);
    for (const { name, image, endpoints, defaultDuration } of models) {
      const promptImage = image === 'required' ? 'https://example.org/a.png' : undefined;
      const parsed = parseReelRequest({ promptText: 'Snow', model: name, promptImage });
      expect(parsed).toMatchObject({
        ok: true,
        request: { model: name, ratio: endpoints[0]?.defaultRatio, duration: defaultDuration, audio: 'none' },
      });
    }
  });

  it.each(['veo3.1_fast', 'gen4.5', 'h3_max'])(
    'says how long a prompt of %s may be, as it is checked',
    (name) => {
      const model = find(name);
      for (const audio of model?.audioModes ?? []) {
        const { promptMaxLength = 0, promptMaxLengthWithMusic = 0 } = model ?? {};
        const most = audio === 'music' ? promptMaxLengthWithMusic : promptMaxLength;
        expect(parseReelRequest({ model: name, audio, promptText: 'a'.repeat(most) })).toMatchObject({
          ok: true,
        });
        expect(parseReelRequest({ model: name, audio, promptText: 'a'.repeat(most + 1) })).toMatchObject({
          ok: false,
        });
      }
    },
  );
});
