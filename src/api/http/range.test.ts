import { readRange } from './range';

const SIZE = 1_000;

test.each([
  ['bytes=0-9', 0, 9],
  ['bytes=990-', 990, 999],
  ['bytes=990-5000000', 990, 999],
  ['bytes=-5', 995, 999],
  ['bytes=-1000', 0, 999],
  ['bytes=-5000000', 0, 999],
  ['bytes=-99999999999999999999999999', 0, 999],
  ['bytes=999-999', 999, 999],
  ['Bytes=0-9', 0, 9],
  ['bytes=,0-9,', 0, 9],
  ['bytes=0-9, 10-19', 0, 19],
  ['bytes=10-19,0-12', 0, 19],
  ['bytes=0-9,-5000000', 0, 999],
  ['bytes=0-9,5000-', 0, 9],
  ['bytes=-0,0-9', 0, 9],
])('%s is the bytes from %d to %d', (header, first, last) => {
  expect(readRange(header, SIZE)).toEqual({ first, last });
});

test.each(['bytes=-0', 'bytes=1000-', 'bytes=1000-1001', 'bytes=-0,1000-', 'bytes=-00'])(
  '%s can be given of no file of 1,000 bytes',
  (header) => {
    expect(readRange(header, SIZE)).toBe('unsatisfiable');
  },
);

test.each([
  undefined,
  '',
  'bytes',
  'bytes=',
  'bytes=,',
  'bytes=-',
  'bytes=--5',
  'bytes=-5-',
  'bytes=9-5',
  'bytes=0-9,9-5',
  'bytes=a-b',
  'bytes=0x0-9',
  'bytes=1.5-9',
  'bytes=+0-9',
  'items=0-9',
  'bytes=0-9,20-29',
])('%s is answered with the whole file', (header) => {
  expect(readRange(header, SIZE)).toBe('whole');
});

test('of an empty file there is no range', () => {
  expect(readRange('bytes=0-', 0)).toBe('unsatisfiable');
  expect(readRange('bytes=-1', 0)).toBe('unsatisfiable');
});
