import type { ReelRequest } from '../../contract/schemas/request';
import { contentDisposition, downloadName } from './download-name';

const request = {
  promptText: 'Snow on a town',
  date: '2025-12-06',
  title: 'Holiday Celebration',
} as ReelRequest;
const createdAt = '2026-11-23T06:00:00.000Z';

test.each<[string, Partial<ReelRequest>]>([
  ['2025-12-06-holiday-celebration.mp4', {}],
  ['2026-11-23-holiday-celebration.mp4', { date: undefined }],
  ['2025-12-06-snow-on-a-town.mp4', { title: undefined }],
  ['2025-12-06-été-à-la-plage.mp4', { title: 'Été à la plage!' }],
  ['2025-12-06-冬祭り.mp4', { title: '冬祭り' }],
  ['2025-12-06.mp4', { title: '🎄' }],
  [`2025-12-06-${'冬'.repeat(60)}.mp4`, { title: '冬'.repeat(120) }],
  ['2025-12-06-etc-passwd.mp4', { title: '../../etc/passwd"\r\nX: y'.slice(0, 16) }],
])('%s', (name, change) => {
  expect(downloadName({ request: { ...request, ...change }, createdAt })).toBe(name);
});

test('a name beyond ASCII is offered in both forms, and neither can leave its header', () => {
  expect(contentDisposition('a-b.mp4')).toBe('inline; filename=a-b.mp4');
  expect(contentDisposition('été.mp4')).toBe(`inline; filename=ete.mp4; filename*=UTF-8''%C3%A9t%C3%A9.mp4`);
  expect(contentDisposition('冬".mp4')).toMatch(/^[\x20-\x7e]+$/);
});

test('the ending is that of the file', () => {
  const reel = { request: { promptText: 'Snow' } as ReelRequest, createdAt: '2025-12-06T10:00:00Z' };
  const named = (contentType: string) => downloadName({ ...reel, video: { contentType } });
  expect(named('video/quicktime')).toMatch(/\.mov$/);
  expect(named('video/webm')).toMatch(/\.webm$/);
  expect(named('video/mp4')).toMatch(/\.mp4$/);
});
