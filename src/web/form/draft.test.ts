import type { ModelInfo, ModelList } from '../../contract/schemas/models';
import { newDraft, priceTag } from './draft';

const ratio = (creditsPerSecond: number) => ({
  ratio: '720:1280',
  width: 720,
  height: 1280,
  creditsPerSecond,
});
const model = (name: string, creditsPerSecond: number, durations: number[]) =>
  ({
    name,
    durations,
    defaultDuration: durations.at(-1),
    audio: 'none',
    audioModes: ['none'],
    image: 'optional',
    endpoints: [
      { name: 'text_to_video', ratios: [ratio(creditsPerSecond)], defaultRatio: '720:1280' },
      { name: 'image_to_video', ratios: [ratio(creditsPerSecond)], defaultRatio: '720:1280' },
    ],
    prices: {},
  }) as unknown as ModelInfo;

test('a model is offered at the price of the reel in the form, its length fitted to what the model can', () => {
  const models = [model('fast', 10, [4, 6, 8]), model('fine', 20, [5, 10])];
  const draft = newDraft({ models } as unknown as ModelList);
  expect(models.map((each) => priceTag(draft, each, models))).toEqual([
    'fast · $0.80 (80 credits)',
    'fine · $2.00 (200 credits)',
  ]);
});
