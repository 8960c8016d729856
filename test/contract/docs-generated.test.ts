/** The parts of the documents that restate code are up to date. */
import { BAD_OUTPUT_ATTEMPTS } from '../../src/activities/pacing';
import { SETTING_NAMES } from '../../src/platform/config';
import { CATALOG } from '../../src/runway/failures/error-catalog';
import { SILENT_ENDS } from '../../src/workflows/policies';
import { generatedDocs, unaligned } from '../../tools/docs/generated-docs';
import { codeIn, read, tableRows } from '../support/docs';

const generated = [...generatedDocs(read)];

test.each(generated)('%s is as `npm run docs` writes it', (path, text) => {
  expect(unaligned(read(path))).toBe(unaligned(text));
});

test('a number that was changed by hand is noticed', () => {
  const page = read('docs/retry-policies.md');
  const changed = page.replace('| 15 min', '| 16 min');
  expect(changed).not.toBe(page);
  const made = generatedDocs((path) => (path === 'docs/retry-policies.md' ? changed : read(path)));
  expect(unaligned(made.get('docs/retry-policies.md') ?? '')).toBe(unaligned(page));
  expect(unaligned(changed)).not.toBe(unaligned(page));
});

test('marks that are missing are no silence', () => {
  expect(() => generatedDocs((path) => (path === 'README.md' ? '# Nothing' : read(path)))).toThrow(
    'settings',
  );
});

test("README's table has every setting", () => {
  const names = tableRows(read('README.md'), '', 'name', 'default').flatMap(([, name = '']) => codeIn(name));
  expect(names.sort()).toEqual([...SETTING_NAMES].sort());
});

test('every activity has a row in the table of policies', () => {
  const names = [...read('src/activities/index.ts').matchAll(/^ {4}(\w+): \1\(deps\),$/gm)].map(
    ([, name]) => name,
  );
  expect(names.length).toBeGreaterThan(5);
  const rows = tableRows(read('docs/retry-policies.md'), 'policy', 'activities');
  expect(rows.flatMap(([, activities = '']) => codeIn(activities)).sort()).toEqual(names.sort());
});

describe('docs/runway-errors.md', () => {
  const page = read('docs/runway-errors.md');

  test('has a section for every code of the catalog, and no other', () => {
    const sections = [...page.matchAll(/^### (.+)$/gm)].map(([, code]) => code);
    expect(sections).toEqual(CATALOG.map(({ code }) => code));
  });

  /** The code table of the error guide that this project implements. */
  test.each([
    ['13 (`INTERNAL`)', 'internal_error', /generates again/, /prompt is fine/],
    ['400', 'bad_request', /Stops at once/, /Check the prompt and the settings/],
    ['401', 'unauthorized', /Stops at once/, /Check the key/],
    ['402', 'payment_required', /Stops at once/, /Buy API credits/],
    ['403', 'forbidden', /Stops at once/, /Check the permissions/],
    ['404', 'not_found', /Stops at once/, /Check the model and RUNWAYML_BASE_URL/],
    ['429', 'rate_limited', /Sends the same request again/, /Nothing to do/],
    ['500', 'runway_server_error', /Sends the same request again/, /Nothing to do/],
  ])('answers the guide on %s', (says, code, handling, advice) => {
    const row = tableRows(page, 'Runway says').find(([cell]) => cell === says);
    expect(row?.[1]).toMatch(new RegExp(`\\(#${code}\\)$`));
    expect(row?.[2]).toMatch(handling);
    expect(row?.[3]).toMatch(advice);
  });
});

/** Numbers that stand in sentences and not in a table. */
test.each([
  ['SILENT_ENDS', SILENT_ENDS, 'At most {} such deaths'],
  ['BAD_OUTPUT_ATTEMPTS', BAD_OUTPUT_ATTEMPTS, 'no video is fetched {} times'],
])('docs/retry-policies.md knows %s', (_name, number, sentence) => {
  expect(read('docs/retry-policies.md').replace(/\s+/g, ' ')).toContain(
    sentence.replace('{}', String(number)),
  );
});
