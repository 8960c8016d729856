import { openCursor, sealCursor } from './list-reels';

const key = Buffer.alloc(32, 1);
const token = Buffer.from('{"page":2}');
const cursor = sealCursor(key, 'query', token);

test('a cursor opens for the query that it was made for', () => {
  expect(openCursor(key, 'query', cursor)).toEqual(token);
});

test.each([
  ['another query', 'other', cursor],
  ['a changed cursor', 'query', cursor.slice(0, -2)],
  ['a short text', 'query', 'AAAA'],
  ['nothing', 'query', ''],
])('%s opens nothing', (_what, query, text) => {
  expect(openCursor(key, query, text)).toBeUndefined();
});
