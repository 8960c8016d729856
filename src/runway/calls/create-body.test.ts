import type { ReelRequest } from '../../contract/schemas/request';
import { buildCreate } from './create-body';

const SENTENCE = 'Sound: instrumental background music only, no voices, no speech, no singing.';
const request = (changes: Partial<ReelRequest> = {}): ReelRequest => ({
  promptText: 'Snow falls on a quiet town',
  model: 'veo3.1_fast',
  ratio: '720:1280',
  duration: 8,
  audio: 'none',
  ...changes,
});

describe('the body of a create', () => {
  it('says audio: false for a silent reel', () => {
    expect(buildCreate(request({ seed: 7, negativePrompt: 'rain' }))).toEqual({
      endpoint: 'text_to_video',
      promptText: 'Snow falls on a quiet town',
      body: {
        model: 'veo3.1_fast',
        promptText: 'Snow falls on a quiet town',
        ratio: '720:1280',
        duration: 8,
        audio: false,
        negativePrompt: 'rain',
        seed: 7,
      },
    });
  });

  it('asks for music in words and against voices in the negative prompt', () => {
    const { promptText, body } = buildCreate(request({ audio: 'music' }));
    expect(promptText).toBe(`Snow falls on a quiet town\n${SENTENCE}`);
    expect(body).toMatchObject({
      promptText,
      audio: true,
      negativePrompt: 'voices, speech, dialogue, singing',
    });
  });

  it('keeps the caller’s negative prompt before its own', () => {
    const { body } = buildCreate(request({ audio: 'music', negativePrompt: 'rain' }));
    expect(body).toMatchObject({ negativePrompt: 'rain, voices, speech, dialogue, singing' });
  });

  it('asks for music in words alone where there is neither a negative prompt nor a flag', () => {
    const { body } = buildCreate(request({ model: 'hailuo3', ratio: '9:16_2k', audio: 'music' }));
    expect(body).toEqual({
      model: 'hailuo3',
      promptText: `Snow falls on a quiet town\n${SENTENCE}`,
      ratio: '9:16',
      resolution: '2k',
      duration: 8,
    });
  });

  it('leaves the prompt alone for music and speech', () => {
    const { body } = buildCreate(request({ audio: 'music_and_speech' }));
    expect(body).toMatchObject({ promptText: 'Snow falls on a quiet town', audio: true });
    expect(body).not.toHaveProperty('negativePrompt');
  });

  it('sends no audio flag to a model that has none', () => {
    expect(buildCreate(request({ model: 'gen4.5' })).body).not.toHaveProperty('audio');
  });

  it('sends an image as the first frame', () => {
    const promptImage = 'https://example.org/a.png';
    const { endpoint, body } = buildCreate(request({ promptImage }));
    expect(endpoint).toBe('image_to_video');
    expect(body).toMatchObject({ promptImage: [{ uri: promptImage, position: 'first' }] });
  });

  it('sends a stored image by the URI that was made for it, and never by its reference', () => {
    const promptImage = `stored:${'a'.repeat(64)}.png`;
    const { body } = buildCreate(request({ promptImage }), 'runway://upload');
    expect(body).toMatchObject({ promptImage: [{ uri: 'runway://upload', position: 'first' }] });
    expect(() => buildCreate(request({ promptImage }))).toThrow(RangeError);
  });

  it('is not built for a request that was not checked', () => {
    expect(() => buildCreate(request({ ratio: '9:16' }))).toThrow(RangeError);
    expect(() => buildCreate(request({ model: 'gen4_turbo' }))).toThrow(RangeError);
  });
});
