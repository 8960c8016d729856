import type { AudioMode } from '../../contract/request';
import { MODELS } from './model-table';
import { estimateCredits } from './prices';

const IMAGE = 'https://example.org/image.png';

describe('the most that a generation may cost', () => {
  it.each<[string, string, number, AudioMode, string | undefined, number]>([
    ['veo3.1_fast', '720:1280', 8, 'none', undefined, 80],
    ['veo3.1_fast', '720:1280', 8, 'music', undefined, 120],
    ['veo3.1', '1080:1920', 8, 'none', undefined, 160],
    ['veo3.1', '1080:1920', 6, 'music_and_speech', undefined, 240],
    ['gen4.5', '720:1280', 10, 'none', undefined, 120],
    ['gen4_turbo', '720:1280', 8, 'none', IMAGE, 40],
    ['seedance2', '720:1280', 4, 'none', undefined, 144],
    ['seedance2', '2160:3840', 4, 'none', undefined, 600],
    ['seedance2_mini', '720:1280', 4, 'none', undefined, 64],
    ['seedance2_mini', '720:1280', 5, 'none', undefined, 80],
    ['seedance2_5', '480:854', 4, 'none', undefined, 80],
    ['seedance2_5', '1080:1920', 4, 'none', undefined, 272],
    ['wan3_prime', '480:832', 3, 'none', undefined, 21],
    ['gemini_omni_flash_1.1', '360:640', 3, 'none', undefined, 11],
    ['gemini_omni_flash', '720:1280', 8, 'none', IMAGE, 81],
    ['hailuo3', '9:16_2k', 8, 'none', undefined, 120],
    ['hailuo3', '9:16', 8, 'none', IMAGE, 82],
    ['grok_imagine_1_5', 'auto_1080p', 8, 'none', IMAGE, 233],
    ['happyhorse_1_0', 'auto_1080p', 8, 'music', IMAGE, 240],
  ])(
    '%s at %s for %i s with audio %s (image: %s) is %i credits',
    (model, ratio, duration, audio, promptImage, credits) => {
      expect(estimateCredits({ model, ratio, duration, audio, promptImage })).toBe(credits);
    },
  );

  it('is a whole number that binary fractions do not push one up', () => {
    for (const duration of MODELS.wan3_prime.durations) {
      const credits = estimateCredits({ model: 'wan3_prime', ratio: '480:832', duration, audio: 'none' });
      expect(credits).toBe(Math.ceil((68 * duration) / 10));
    }
  });

  it('is refused for a size or a model that does not exist', () => {
    const request = { ratio: '720:1280', duration: 8, audio: 'none' } as const;
    expect(() => estimateCredits({ ...request, model: 'veo9' })).toThrow(RangeError);
    expect(() => estimateCredits({ ...request, model: 'gen4_turbo' })).toThrow(RangeError);
  });
});
