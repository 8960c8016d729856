/** "Who may import whom" of docs/architecture.md is what ESLint enforces. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { codeIn, read, tableRows } from '../support/docs';

interface Pattern {
  readonly regex: string;
  readonly allowTypeImports?: boolean;
}
type ConfigBlock = {
  readonly files?: string[];
  readonly rules?: Record<string, [string, { patterns: Pattern[] }]>;
};

const RULE = '@typescript-eslint/no-restricted-imports';
const blocks = jest.requireActual<ConfigBlock[]>('../../eslint.config.js');

const rows = tableRows(read('docs/architecture.md'), 'folder', 'may import', 'by `import type` only');
const all = (cell: string) => cell.startsWith('everything');
const restricted = rows.filter(([, values = '']) => !all(values));
const folders = rows.flatMap(([folder = '']) => codeIn(folder));

/** Everything in src that an import can name from a folder beside it. */
const targets = ['config', ...folders.flatMap((folder) => [folder, ...modulesIn(folder)])];

function modulesIn(folder: string): string[] {
  try {
    return readdirSync(join(__dirname, '../../src', folder))
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => `${folder}/${name.slice(0, -3)}`);
  } catch {
    // A folder that a later part of the work fills.
    return [];
  }
}

function permits(patterns: readonly Pattern[], target: string): 'values' | 'types' | 'nothing' {
  const hits = patterns.filter(({ regex }) => new RegExp(regex).test(`../${target}`));
  if (hits.length === 0) return 'values';
  return hits.every(({ allowTypeImports }) => allowTypeImports) ? 'types' : 'nothing';
}

function says(values: string, types: string, target: string): 'values' | 'types' | 'nothing' {
  const names = (cell: string) =>
    codeIn(cell).some((name) => target === name || target.startsWith(`${name}/`));
  if (names(values)) return 'values';
  return names(types) ? 'types' : 'nothing';
}

test.each(restricted)('%s imports what the table says', (cell, values = '', types = '') => {
  for (const folder of codeIn(cell)) {
    const block = blocks.find(({ files, rules }) => files?.[0] === `src/${folder}/**/*.ts` && rules?.[RULE]);
    const patterns = block?.rules?.[RULE]?.[1].patterns ?? [];
    const others = [...targets, ...codeIn(values)].filter((target) => target.split('/')[0] !== folder);
    const differing = others.filter((target) => permits(patterns, target) !== says(values, types, target));
    expect(differing).toEqual([]);
  }
});

test('no folder with rules is missing in the table, and a folder without rules may import everything', () => {
  const withRules = blocks.flatMap(({ files, rules }) => (rules?.[RULE] ? (files ?? []) : []));
  expect(restricted.flatMap(([cell = '']) => codeIn(cell)).sort()).toEqual(
    [...new Set(withRules.map((glob) => glob.split('/')[1]))].sort(),
  );
});

test('a wrong row would be noticed', () => {
  const patterns =
    blocks.find(({ files }) => files?.[0] === 'src/api/**/*.ts')?.rules?.[RULE]?.[1].patterns ?? [];
  expect(permits(patterns, 'runway/models')).toBe('values');
  expect(permits(patterns, 'runway/exchange')).toBe('nothing');
  expect(permits(patterns, 'workflows/policies')).toBe('types');
});
