import type { StoredVideo } from '../../contract/schemas/reel';
import type { ReelRequest } from '../../contract/schemas/request';
import { videoWarnings } from './video-warnings';

const video = { width: 720, height: 1280, durationSeconds: 8, hasAudio: false } as StoredVideo;
const request = { ratio: '720:1280', duration: 8, audio: 'none' } as ReelRequest;

test('a video as it was ordered has none', () => {
  expect(videoWarnings(request, video)).toEqual([]);
  expect(videoWarnings({ ...request, audio: 'music' }, { ...video, hasAudio: true })).toEqual([]);
  // Encoders round sizes and lengths.
  expect(videoWarnings(request, { ...video, width: 704, durationSeconds: 8.042 })).toEqual([]);
  expect(videoWarnings({ ...request, ratio: '9:16' }, video)).toEqual([]);
  expect(videoWarnings({ ...request, ratio: '9:16_2k' }, { ...video, width: 1440, height: 2560 })).toEqual(
    [],
  );
});

test.each([
  ['720:1280', { width: 1280, height: 720 }, 'landscape (1280 × 720) although 720:1280'],
  ['720:1280', { width: 720, height: 720 }, 'square (720 × 720) although 720:1280'],
  ['1280:720', {}, 'vertical (720 × 1280) although 1280:720'],
  ['720:1280', { width: 360, height: 640 }, '360 × 640 pixels although 720:1280'],
  ['9:16', { width: 720, height: 960 }, '720 × 960 pixels although 9:16'],
])('one that was ordered as %s and is %j is said to be %s', (ratio, size, words) => {
  expect(videoWarnings({ ...request, ratio }, { ...video, ...size })).toEqual([
    expect.stringContaining(words),
  ]);
});

test.each([
  [4, 1, 'lasts 1 s although 4 s'],
  [8, 8.5, 'lasts 8.5 s although 8 s'],
  [8, 7.4, 'lasts 7.4 s although 8 s'],
  [2, 2.3, 'lasts 2.3 s although 2 s'],
])('of %d s ordered and %d s made both are said', (duration, durationSeconds, words) => {
  expect(videoWarnings({ ...request, duration }, { ...video, durationSeconds })).toEqual([
    expect.stringContaining(words),
  ]);
});

test('a sound track too many or too few is said', () => {
  expect(videoWarnings(request, { ...video, hasAudio: true })).toEqual([
    expect.stringContaining('although none'),
  ]);
  expect(videoWarnings({ ...request, audio: 'music_and_speech' }, video)).toEqual([
    expect.stringContaining('although one'),
  ]);
});

test('a practice clip has a length and few sizes of its own, and the asked orientation and sound', () => {
  const clip = { ...video, width: 1080, height: 1920, durationSeconds: 3 };
  expect(videoWarnings(request, clip, true)).toEqual([]);
  expect(videoWarnings(request, { ...clip, width: 1920, height: 1080, hasAudio: true }, true)).toHaveLength(
    2,
  );
});
