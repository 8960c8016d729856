import { parseQuery } from '../../http/parse-input';
import { filtersOf, listQuery } from './list-query';

const filters = (query: Record<string, unknown>) => filtersOf('local', parseQuery(listQuery, query));

test("a client's own reels, and nothing else", () => {
  expect(filters({})).toEqual({ client: 'local', metadata: [] });
});

test('each filter narrows the list', () => {
  expect(
    filters({
      model: 'gen4.5',
      runwayTaskId: '695f1a48-dd9f',
      status: 'in_progress',
      q: 'snow',
      uncertain: 'true',
      createdAfter: '2025-12-01',
      createdBefore: '2025-12-06T12:00:00+01:00',
      'metadata.place': 'hall',
      'metadata.event': 'party',
    }),
  ).toEqual({
    client: 'local',
    model: 'gen4.5',
    runwayTaskId: '695f1a48-dd9f',
    status: 'in_progress',
    text: 'snow',
    uncertain: true,
    fromMs: Date.parse('2025-12-01T00:00:00Z'),
    toMs: Date.parse('2025-12-06T11:00:00Z') - 1,
    metadata: [
      ['event', 'party'],
      ['place', 'hall'],
    ],
  });
});

test('a name of metadata may hold anything that a request may have', () => {
  expect(filters({ 'metadata.a.b c': "x' OR 1=1 --" }).metadata).toEqual([['a.b c', "x' OR 1=1 --"]]);
  expect(filters({ 'metadata.__proto__': 'x' }).metadata).toEqual([['__proto__', 'x']]);
});

test.each([
  ['metadata.', 'x'],
  ['metadata.a', ''],
  ['metadata.a', ['x', 'y']],
  ['metadata.a', 'x\0'],
  ['metadata', 'x'],
  ['createdAfter', 'yesterday'],
  ['createdBefore', '2025-02-31'],
  ['createdBefore', '2025-12-06 12:00'],
  ['model', "x' OR 1=1"],
  ['runwayTaskId', ''],
  ['q', " '\\ "],
  ['q', '%_'],
])('%s=%s is refused by its name', (name, value) => {
  expect(() => filters({ [name]: value })).toThrow(name);
});

test('all wrong filters are named at once', () => {
  expect(() => filters({ status: 'done', limit: '0', colour: 'red' })).toThrow(
    /status must be one of .*limit must be .*colour is no parameter here/s,
  );
});
