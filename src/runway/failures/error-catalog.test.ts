import { classifyFailure, classifyHttp } from './classify';
import { CATALOG, entryOf, findEntry } from './error-catalog';
import { type CatalogEntry, catalogEntry } from '../../contract/schemas/failure';

const entries: readonly CatalogEntry[] = CATALOG;
const each = test.each(entries.map((entry) => [entry.code, entry] as const));

/** Statuses that settle a create when Runway itself answers them (docs.dev.runwayml.com, and captured answers). */
const SETTLING = [
  ...[
    400, 401, 402, 403, 404, 405, 406, 410, 411, 413, 414, 415, 417, 421, 422, 423, 424, 425, 426, 428, 429,
  ],
  ...[431, 451, 500, 502, 503],
];
/** Families of `failureCode` in Runway's documentation. */
const FAMILIES = [
  ...['SAFETY.INPUT.TEXT', 'SAFETY.OUTPUT.VIDEO', 'INPUT_PREPROCESSING.SAFETY.TEXT'],
  ...['INPUT_PREPROCESSING.INTERNAL', 'INTERNAL.BAD_OUTPUT.CODE01', 'ASSET.INVALID'],
  ...['THIRD_PARTY.UNAVAILABLE', 'INTERNAL'],
];

test('codes are unique and snake_case', () => {
  const codes = entries.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) expect(code).toMatch(/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/);
});

each('%s is found by its code', (code, entry) => {
  expect(findEntry(code)).toBe(entry);
  expect(entryOf(code as Parameters<typeof entryOf>[0])).toBe(entry);
});

each('%s has a category, a verdict and words for each reader', (_, entry) => {
  expect(catalogEntry.parse(entry)).toEqual(entry);
  for (const text of [entry.title, entry.cause, entry.handling])
    expect(text.trim().length).toBeGreaterThan(4);
  expect(entry.title).not.toMatch(/[.:]$/);
  expect(entry.cause).toMatch(/[.)"]$/);
});

each('%s says what a person can do', (_, { advice }) => {
  expect(advice.length).toBeGreaterThan(0);
  for (const text of advice) expect(text).toMatch(/^[A-Z][^]*[.?]$/);
  expect(new Set(advice).size).toBe(advice.length);
});

test('a call is only sent again where that costs nothing, or is a read or a matter of our own', () => {
  // None of these is a create that may have been taken.
  const NO_CREATE = [
    'wrong_backend',
    'wrong_database',
    'read_failed',
    'output_delayed',
    'storage_unavailable',
  ];
  const repeated = entries.filter(({ verdict }) => verdict === 'retry-call');
  expect(repeated.length).toBeGreaterThan(NO_CREATE.length);
  for (const { code, charge } of repeated) {
    if (!NO_CREATE.includes(code)) expect([code, charge]).toEqual([code, 'nothing']);
  }
});

test('nobody pays again for a safety verdict, an unknown code or a lost answer', () => {
  const stopped = entries.filter(({ category }) => category === 'safety').map(({ code }) => code);
  for (const code of [...stopped, 'unknown_failure_code', 'unknown_error', 'submit_outcome_unknown']) {
    expect([code, findEntry(code)?.verdict]).toEqual([code, 'give-up']);
  }
  expect(stopped.length).toBeGreaterThan(2);
});

describe('statuses', () => {
  test.each(SETTLING)('%i is one entry, and costs nothing', (status) => {
    expect(entries.filter(({ httpStatus }) => httpStatus?.includes(status))).toHaveLength(1);
    expect(classifyHttp(status, '')).toMatchObject({ charge: 'nothing' });
  });

  test('only those that settle a create are in the catalog of a create', () => {
    const mapped = entries.filter(({ charge }) => charge === 'nothing').flatMap((e) => e.httpStatus ?? []);
    expect(mapped.sort()).toEqual(SETTLING);
  });
});

describe('failure codes', () => {
  test('each prefix belongs to one entry', () => {
    const prefixes = entries.flatMap(({ failureCodes }) => failureCodes ?? []);
    expect(new Set(prefixes).size).toBe(prefixes.length);
  });

  test.each(FAMILIES)('%s has a name', (failureCode) => {
    expect(classifyFailure(failureCode, undefined).code).not.toBe('unknown_failure_code');
  });

  test('every prefix in the catalog leads to its own entry', () => {
    for (const { code, failureCodes = [] } of entries) {
      for (const prefix of failureCodes) {
        expect([prefix, classifyFailure(`${prefix}.X`, undefined).code]).toEqual([prefix, code]);
      }
    }
  });

  test('what is never sent to be generated again is not called refunded without a source', () => {
    for (const { code, category, charge } of entries) {
      if (category === 'safety') expect([code, charge]).not.toEqual([code, 'refunded']);
    }
  });
});

test('an unknown code is not found', () => {
  for (const code of ['nonsense', '', 'constructor', '__proto__']) expect(findEntry(code)).toBeUndefined();
});

each('the advice for %s is read on the page and in a terminal too: it has no path to fill in', (_, entry) => {
  expect(entry.advice.join('\n')).not.toMatch(/\{\w+\}/);
});
