import { parseWait } from './prefer';

test.each([
  ['wait=30', 30],
  ['respond-async, wait=10', 10],
  ['Wait = "5"', 5],
  ['wait=5;foo=bar', 5],
  ['wait=1, wait=2', 1],
  ['wait=0', 0],
  ['wait=3600', 60],
  ['wait=-1', undefined],
  ['wait=soon', undefined],
  ['await=5', undefined],
  ['', undefined],
  [undefined, undefined],
])('%j asks to wait %s seconds', (header, seconds) => {
  expect(parseWait(header)).toBe(seconds);
});
