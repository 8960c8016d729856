import { base32, makeHead, reelIdOf, summarize, titleOf, workflowIdOf } from './reel';
import type { ReelRequest } from '../contract/schemas/request';
import fc from 'fast-check';
import { REEL_ID_PATTERN } from '../contract/reel';

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

const ID = 'abcdefghijklmnopqrstuvwx27';

test.each([ID, `sim-${ID}`])('the workflow of %s leads back to it', (id) => {
  expect(workflowIdOf(id)).toBe(`reel-${id}`);
  expect(reelIdOf(workflowIdOf(id))).toBe(id);
});

test.each([
  '',
  'reel-',
  ID,
  `REEL-${ID}`,
  `reel-${ID}a`,
  `reel-${ID.slice(1)}`,
  `reel-${ID.toUpperCase()}`,
  `reel-reel-${ID}`,
  `copy-of-reel-${ID}`,
  `reel-sim-sim-${ID}`,
  `reel-${ID}\n`,
  `reel-../${ID.slice(3)}`,
  `reel-${ID.replace('a', '1')}`,
])('the workflow ID %j names no reel of ours', (workflowId) => {
  expect(reelIdOf(workflowId)).toBeUndefined();
});

// RFC 4648, section 10, in lower case and without padding.
test.each([
  ['', ''],
  ['f', 'my'],
  ['fo', 'mzxq'],
  ['foo', 'mzxw6'],
  ['foob', 'mzxw6yq'],
  ['fooba', 'mzxw6ytb'],
  ['foobar', 'mzxw6ytboi'],
])('%j is %j', (text, encoded) => {
  expect(base32(Buffer.from(text))).toBe(encoded);
});

test('different bytes have different texts', () => {
  const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 });
  fc.assert(fc.property(bytes, bytes, (a, b) => (base32(a) === base32(b)) === (Buffer.compare(a, b) === 0)));
});

test('the first 26 characters of a SHA-256 are the ID of a reel', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (hash) =>
      REEL_ID_PATTERN.test(base32(hash).slice(0, 26)),
    ),
  );
});
