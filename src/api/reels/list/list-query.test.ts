import { parseQuery } from '../../http/parse-input';
import { listQuery, visibilityQuery } from './list-query';

const parseListFilters = (filters: unknown) => parseQuery(listQuery, filters);

const query = (filters: Record<string, string>) => visibilityQuery('local', parseListFilters(filters));

test("a client's own reels, and nothing else", () => {
  expect(query({})).toBe("WorkflowType = 'generateReel' AND ReelClient = 'local'");
});

test('each filter narrows the list', () => {
  const narrowed = query({ model: 'gen4.5', runwayTaskId: '695f1a48-dd9f', status: 'in_progress' });
  expect(narrowed).toContain("ReelModel = 'gen4.5'");
  expect(narrowed).toContain("ReelTaskIds = '695f1a48-dd9f'");
  expect(narrowed).toContain("ReelStatus = 'in_progress' AND ExecutionStatus = 'Running'");
});

test.each(['model', 'failureCode', 'runwayTaskId'])('%s cannot carry a query of its own', (name) => {
  for (const value of ["x' OR ReelClient = 'other", "'", '\\', 'a b', 'x"', '']) {
    expect(() => parseListFilters({ [name]: value })).toThrow(name);
  }
});

test('words are looked for in the title, each of them, and carry no query of their own', () => {
  expect(query({ q: "Snow, don't OR" })).toContain(
    "ReelTitle = 'Snow' AND ReelTitle = 'don' AND ReelTitle = 't' AND ReelTitle = 'OR'",
  );
  expect(query({ q: "x' OR ReelClient = 'other" })).not.toContain("ReelClient = 'other");
  expect(() => parseListFilters({ q: " '\\ " })).toThrow('q must have a word to look for');
});

test('all wrong filters are named at once', () => {
  expect(() => parseListFilters({ status: 'done', limit: '0', colour: 'red' })).toThrow(
    /status must be one of .*limit must be .*colour is no parameter here/s,
  );
});
