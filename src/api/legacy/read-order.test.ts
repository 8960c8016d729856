import type { Problem } from '../http/problem';
import { readLegacyOrder } from './read-order';

const body = {
  prompt: 'Paper lanterns rise over a snowy street',
  event: { title: 'Lantern Night', start_utc: '2025-12-06T18:00:00Z', location: 'Old Town' },
  audioMode: 'music_only',
};

function issuesOf(wrong: unknown): Record<string, string> {
  try {
    readLegacyOrder(wrong);
  } catch (error) {
    return Object.fromEntries(
      ((error as Problem).issues ?? []).map(({ field, message }) => [field, message]),
    );
  }
  throw new Error('it was accepted');
}

test('a request of the old front end is a vertical reel of eight seconds that is named after its event', () => {
  expect(readLegacyOrder(body)).toMatchObject({
    request: {
      promptText: body.prompt,
      model: 'veo3.1_fast',
      ratio: '720:1280',
      duration: 8,
      audio: 'music',
      title: 'Lantern Night',
      date: '2025-12-06',
      metadata: { location: 'Old Town' },
    },
    warnings: [],
  });
});

test.each([
  [undefined, 'none'],
  ['no_audio', 'none'],
  ['music_only', 'music'],
  ['music_and_speech', 'music_and_speech'],
])('audioMode %s means %s', (audioMode, audio) => {
  expect(readLegacyOrder({ ...body, audioMode }).request.audio).toBe(audio);
});

test('what the page left empty is not there', () => {
  const event = { title: '', start_utc: null, location: null };
  expect(readLegacyOrder({ prompt: 'Snow', event, addMusic: null }).request).toEqual(
    readLegacyOrder({ prompt: 'Snow' }).request,
  );
});

test('addMusic is answered with a warning, and is no other reel', () => {
  const order = readLegacyOrder({ ...body, addMusic: true });
  expect(order.warnings).toEqual([expect.stringContaining('add music in the app that publishes')]);
  expect(order.bodyHash).toBe(readLegacyOrder({ ...body, addMusic: false }).bodyHash);
});

test('what a reel does not depend on makes no other reel; what it depends on does', () => {
  const { bodyHash } = readLegacyOrder(body);
  expect(readLegacyOrder({ ...body, sentAt: 5, event: { ...body.event, id: 7 } }).bodyHash).toBe(bodyHash);
  expect(readLegacyOrder({ ...body, prompt: 'Snow' }).bodyHash).not.toBe(bodyHash);
  expect(readLegacyOrder({ ...body, event: { title: 'Other' } }).bodyHash).not.toBe(bodyHash);
});

test.each([
  ['2025-12-06', '2025-12-06'],
  ['2025-12-06T23:30:00', '2025-12-06'],
  ['2025-12-06T23:30:00-05:00', '2025-12-07'],
])('an event at %s is on %s', (start_utc, date) => {
  expect(readLegacyOrder({ prompt: 'Snow', event: { start_utc } }).request.date).toBe(date);
});

test('a prompt that is too long is refused, not cut', () => {
  const issues = issuesOf({ prompt: 'a'.repeat(1_001) });
  expect(issues['prompt']).toMatch(/^prompt is 1001 characters long.*shorten it by 1\.$/);
});

test('every wrong field is named as the old front end calls it', () => {
  expect(issuesOf({ ...body, prompt: undefined })).toEqual({
    prompt: expect.stringMatching(/^prompt is missing/),
  });
  expect(issuesOf({ prompt: 'Snow', event: { title: 'a\nb' } })).toEqual({
    'event.title': expect.stringMatching(/^event\.title must be one line/),
  });
  expect(
    issuesOf({
      prompt: 5,
      audioMode: 'loud',
      addMusic: 'yes',
      event: { start_utc: 'soon', location: 'x'.repeat(513) },
    }),
  ).toEqual({
    prompt: 'prompt must be text, in quotes.',
    audioMode: 'audioMode must be one of no_audio, music_only, music_and_speech.',
    addMusic: 'addMusic must be true or false.',
    'event.start_utc': 'event.start_utc must be a time such as 2025-12-06T18:00:00Z.',
    'event.location': 'event.location must have 512 characters at most.',
  });
  expect(issuesOf([])['']).toMatch(/^The body must be a JSON object/);
});
