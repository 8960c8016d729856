import { makeHead, summarize, titleOf } from './reel-head';
import type { ReelRequest } from '../contract/schemas/request';

const request: ReelRequest = {
  promptText: 'Snow falls on a small town',
  model: 'veo3.1_fast',
  ratio: '720:1280',
  duration: 8,
  audio: 'none',
  title: 'Holiday Party',
};
const args = {
  id: 'a'.repeat(26),
  client: 'local',
  bodyHash: '0'.repeat(64),
  createdAt: '2026-11-23T06:00:00.000Z',
  backend: { kind: 'simulator', baseUrl: 'http://127.0.0.1:1' } as const,
  request,
  estimatedCredits: 80,
};

describe('makeHead', () => {
  test('a reel may cost four generations unless somebody says otherwise', () => {
    expect(makeHead(args).maxCredits).toBe(320);
  });

  test("the operator's bound comes before the default, the caller's before both", () => {
    expect(makeHead({ ...args, defaultMaxCredits: 100 }).maxCredits).toBe(100);
    const bounded = { ...args, defaultMaxCredits: 100, request: { ...request, maxCredits: 90 } };
    expect(makeHead(bounded).maxCredits).toBe(90);
  });

  test('the head holds nothing but what belongs to it', () => {
    expect(Object.keys(makeHead({ ...args, defaultMaxCredits: 100 })).sort()).toEqual(
      [...Object.keys(args), 'maxCredits', 'schemaVersion'].sort(),
    );
  });
});

test('the summary names the reel, the model, the length, the audio and the most it may cost', () => {
  expect(summarize(makeHead(args))).toBe(
    'Holiday Party · veo3.1_fast · 8 s · no audio · at most 320 credits',
  );
});

describe('titleOf', () => {
  test('without a title it is the beginning of the prompt, cut at a word', () => {
    const title = titleOf({ promptText: 'A long story about snow. '.repeat(20) });
    expect(title.length).toBeLessThanOrEqual(80);
    expect(title).toMatch(/\S…$/);
  });

  test.each([
    ['line\nbreaks\tand\u0000controls', 'line breaks and controls'],
    ['![x](http://elsewhere.example/a.png)', '! x (http://elsewhere.example/a.png)'],
  ])('%j becomes one line of plain text', (title, expected) => {
    expect(titleOf({ title, promptText: '' })).toBe(expected);
  });

  test('it never ends in half a character, and fits the 400 bytes of a Temporal summary', () => {
    for (const title of ['🎄'.repeat(100), `x${'🎄'.repeat(100)}`, '雪'.repeat(200)]) {
      const cut = titleOf({ title, promptText: '' });
      expect(encodeURIComponent(cut)).toBeTruthy();
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(243);
    }
  });
});
