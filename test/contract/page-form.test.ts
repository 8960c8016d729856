/** The form against the service's own rules: what it sends is taken, and costs what it said. */
import { estimateCredits } from '../../src/runway/models/prices';
import { listModels, PROMPT_IMAGE_RULES } from '../../src/runway/models/models';
import { parseReelRequest } from '../../src/runway/models/request-rules';
import {
  costOf,
  fitToModel,
  fromLink,
  fromRequest,
  needsImage,
  newDraft,
  toRequest,
} from '../../src/web/form/draft';
import { shapeOf, shapesOf } from '../../src/web/form/shapes';

const list = { models: listModels(), promptImage: PROMPT_IMAGE_RULES, simulated: true };
const fresh = { ...newDraft(list), promptText: 'A boat on a lake' };
const url = 'https://example.org/boat.png';

const cases = list.models.flatMap((model) =>
  [false, true]
    .filter((hasImage) => (hasImage ? model.image !== 'none' : !needsImage(model)))
    .flatMap((hasImage) => model.audioModes.map((audio) => ({ model, hasImage, audio }))),
);

test.each(cases)(
  'a reel of $model.name (picture: $hasImage, sound: $audio) is taken at the price shown',
  (one) => {
    const { model, hasImage, audio } = one;
    const image = hasImage ? ({ kind: 'url', url } as const) : undefined;
    const endpoint = model.endpoints.find(
      ({ name }) => name === (hasImage ? 'image_to_video' : 'text_to_video'),
    );
    for (const { ratio } of endpoint?.ratios ?? []) {
      const draft = fitToModel({ ...fresh, model: model.name, audio, image, ratio }, list.models);
      expect(draft.ratio).toBe(ratio);
      const { estimate, suggestedMax } = costOf(draft, model, undefined);
      const parsed = parseReelRequest(toRequest(draft, model, suggestedMax));
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
      expect(estimate).toBe(estimateCredits(parsed.request));
    }
  },
);

test('what the form cannot send is changed to the closest that the model takes', () => {
  const draft = fitToModel(
    { ...fresh, model: 'gen4.5', ratio: '1920:1080', duration: 30, audio: 'music' },
    list.models,
  );
  expect(draft).toMatchObject({ ratio: '1280:720', duration: 10, audio: 'none' });
});

test('a link fills the form, and what it says wrongly is left out', () => {
  const search = '?title=Boat+Day&promptText=A+boat&model=none&duration=soon&audio=loud&date=2025-12-06';
  expect(fromLink(fresh, search, list)).toMatchObject({
    ...{ title: 'Boat Day', promptText: 'A boat', date: '2025-12-06' },
    ...{ model: fresh.model, duration: fresh.duration, audio: 'none' },
  });
});

test('permissions are sent from the smallest change to the longest wait, and only those that can be', () => {
  const allow = { noAudio: true, shorterPrompt: true, wait: true, model: 'veo3.1' };
  const [model] = list.models;
  if (!model) throw new Error('no model');
  const silent = toRequest({ ...fresh, allow }, model, 320);
  expect(silent).toMatchObject({ fallbacks: ['model:veo3.1', 'wait'] });
  const loud = toRequest({ ...fresh, audio: 'music', promptText: 'Snow. '.repeat(20), allow }, model, 480);
  expect(loud['fallbacks']).toEqual(['no_audio', 'shorter_prompt', 'model:veo3.1', 'wait']);
});

test('what may be paid twice is sent only for a box that somebody ticked', () => {
  const [model] = list.models;
  if (!model) throw new Error('no model');
  expect(toRequest(fresh, model, 320)).toMatchObject({ onLostAnswer: 'ask' });
  const ticked = { ...fresh, orderAgain: true };
  expect(toRequest(ticked, model, 320)).toMatchObject({ onLostAnswer: 'submit_again' });
  const unsaid = {
    promptText: 'A boat',
    model: 'veo3.1',
    ratio: '1280:720',
    duration: 6,
    audio: 'none' as const,
  };
  expect(fromRequest(ticked, unsaid, list)).toMatchObject({ orderAgain: false });
});

test('the settings of a reel come back into the form, but for a picture that was a file', () => {
  const request = {
    ...{ promptText: 'A boat', model: 'veo3.1', ratio: '1280:720', duration: 6, audio: 'music' as const },
    ...{
      promptImage: `stored:${'a'.repeat(64)}.png`,
      fallbacks: ['wait' as const],
      onLostAnswer: 'ask' as const,
    },
  };
  const draft = fromRequest(fresh, request, list);
  expect(draft).toMatchObject({ model: 'veo3.1', ratio: '1280:720', duration: 6, orderAgain: false });
  expect(draft).toMatchObject({ image: undefined, allow: { wait: true, noAudio: false, model: '' } });
});

test('every size is under a shape, tall ones first', () => {
  for (const { endpoints } of list.models) {
    for (const endpoint of endpoints) {
      const shapes = shapesOf(endpoint);
      expect(shapes.flatMap(({ sizes }) => sizes)).toHaveLength(endpoint.ratios.length);
      const aspects = shapes.flatMap(({ aspect }) => aspect ?? []);
      expect(aspects).toEqual([...aspects].sort((a, b) => a - b));
    }
  }
  expect([shapeOf('832:1104'), shapeOf('992:432'), shapeOf('auto_720p')]).toEqual(['3:4', '21:9', 'auto']);
});
