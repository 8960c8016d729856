import type { StoredVideo } from '../domain/reel';
import type { ReelRequest } from '../domain/request';
import { videoWarnings } from './video-warnings';

const video = { width: 720, height: 1280, hasAudio: false } as StoredVideo;
const request = { ratio: '720:1280', audio: 'none' } as ReelRequest;

test('a video as it was ordered has none', () => {
  expect(videoWarnings(request, video)).toEqual([]);
  expect(videoWarnings({ ...request, audio: 'music' }, { ...video, hasAudio: true })).toEqual([]);
  // The size of the output is Runway's matter; which way up it stands is the caller's.
  expect(videoWarnings(request, { ...video, width: 704, height: 1280 })).toEqual([]);
});

test.each([
  ['720:1280', { width: 1280, height: 720 }, 'landscape (1280 × 720)'],
  ['720:1280', { width: 720, height: 720 }, 'square (720 × 720)'],
  ['1280:720', {}, 'vertical (720 × 1280)'],
])('one that was ordered as %s and is %j is said to be %s', (ratio, size, words) => {
  expect(videoWarnings({ ...request, ratio }, { ...video, ...size })).toEqual([
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
