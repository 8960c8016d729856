import { readReelInput } from './read-reel-input';

const request = { promptText: 'A calm sea at dawn' };
const backend = { kind: 'simulator', baseUrl: 'http://127.0.0.1:1' };
const id = `sim-${'a'.repeat(26)}`;
const refusal = (message: string | RegExp) =>
  expect.objectContaining({
    type: 'Reel.InvalidRequest',
    nonRetryable: true,
    message: expect.stringMatching(message) as string,
  }) as Error;

test('a request alone is enough, and what HTTP gives is taken as it is', () => {
  expect(readReelInput({ request })).toEqual({ request });
  const whole = {
    id,
    client: 'site-1',
    bodyHash: 'f'.repeat(64),
    createdAt: new Date().toISOString(),
    backend: { ...backend, account: 'main' },
    remakeOf: 'b'.repeat(26),
    request,
  };
  expect(readReelInput(whole)).toEqual(whole);
  expect(readReelInput({ request, id: null, remakeOf: null })).toEqual({ request });
});

test.each([
  ['nothing', undefined],
  ['text', 'A calm sea'],
  ['a list', [request]],
  ['the request without its envelope', request],
])('%s is told what an input looks like', (_what, input) => {
  expect(() => readReelInput(input)).toThrow(
    refusal(/must be an object with a request, such as \{"request"/),
  );
});

test.each([
  [
    'a misplaced field, which must not be lost',
    { maxCredits: 100 },
    'maxCredits is not a field of the input',
  ],
  ['an ID of another form', { id: 'my-reel' }, 'id must be the ID of a reel'],
  [
    'a number as client, which Temporal would not take',
    { client: 5 },
    'client must be the name of an API key',
  ],
  ['a client that is too long for an attribute', { client: 'x'.repeat(3_000) }, 'client must be the name'],
  ['a time that is none', { createdAt: 'yesterday' }, 'createdAt must be a time'],
  ['a backend in a word', { backend: 'simulator' }, 'backend must be an object with kind and baseUrl'],
  ['half a backend', { backend: { kind: 'simulator' } }, 'backend.baseUrl must be the base URL'],
  ['a backend of another kind', { backend: { ...backend, kind: 'sim' } }, 'backend.kind must be runway or'],
  ['a reel to make again that is none', { remakeOf: 5 }, 'remakeOf'],
])('%s is refused by name', (_what, fields, message) => {
  expect(() => readReelInput({ request, ...fields })).toThrow(refusal(message));
});

test('every wrong field is named at once', () => {
  expect(() => readReelInput({ request, client: 5, createdAt: 5, colour: 'blue' })).toThrow(
    refusal(/client .*createdAt .*colour /s),
  );
});
