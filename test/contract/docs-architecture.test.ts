/** "Who may import whom" of docs/architecture.md is what ESLint enforces, and no arrow leads back to where it began. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { preProcessFile } from 'typescript';
import { codeIn, read, tableRows } from '../support/docs';

interface Room {
  readonly values?: readonly string[];
  readonly types?: readonly string[];
  readonly root?: boolean;
}
const { ROOMS, TOOLS, mayImport } = jest.requireActual<{
  ROOMS: Readonly<Record<string, Room>>;
  TOOLS: Readonly<Record<string, readonly string[]>>;
  mayImport: (from: string, target: string) => 'values' | 'types' | 'nothing';
}>('../../tools/rooms.js');

const SRC = resolve(__dirname, '../../src');
const ROOTS = 'every room, and no other root';

const rows = tableRows(read('docs/architecture.md'), 'folder', 'may import', 'by `import type` only');

test('the table says what the rule holds', () => {
  const told = rows.flatMap(([folders = '', values = '', types = '']) =>
    codeIn(folders).map((folder) => [
      folder,
      values === ROOTS ? { root: true } : { values: codeIn(values).sort(), types: codeIn(types).sort() },
    ]),
  );
  const held = Object.entries(ROOMS).map(([folder, { values = [], types = [], root }]) => [
    folder,
    root ? { root } : { values: [...values].sort(), types: [...types].sort() },
  ]);
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(held));
});

test('every folder of src has a line, and nothing lies beside them', () => {
  expect(readdirSync(SRC).sort()).toEqual(Object.keys(ROOMS).sort());
});

test('every folder of tools has a line, and the table says what the rule holds', () => {
  const told = tableRows(read('docs/architecture.md'), 'in `tools`', 'what it is', 'may import').flatMap(
    ([folders = '', , others = '']) => codeIn(folders).map((folder) => [folder, codeIn(others)]),
  );
  expect(Object.fromEntries(told)).toEqual(TOOLS);
  const folders = readdirSync(join(SRC, '../tools'), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  expect(folders.map(({ name }) => name).sort()).toEqual(Object.keys(TOOLS).sort());
});

test('what is named of a room is there', () => {
  const files = Object.values(ROOMS).flatMap(({ values = [], types = [] }) => [...values, ...types]);
  expect(
    files.filter((name) => !existsSync(join(SRC, name)) && !existsSync(join(SRC, `${name}.ts`))),
  ).toEqual([]);
});

test.each([
  ['api/app.ts', 'runway/models/prices', 'values'],
  ['api/app.ts', 'runway/calls/exchange', 'nothing'],
  ['api/app.ts', 'workflows/policies', 'types'],
  ['api/webhooks/redeliver.ts', 'api/webhooks/queue', 'values'],
  ['database/claims.ts', 'platform/config', 'nothing'],
  ['activities/submit/submit-generation.ts', 'database/claims', 'types'],
  ['worker/create-workers.ts', 'platform/config', 'values'],
  ['worker/create-workers.ts', 'local/processes/supervisor', 'nothing'],
  ['api/main.ts', 'runway/calls/exchange', 'values'],
  ['api/main.ts', 'worker/main', 'nothing'],
])('%s and %s: %s', (from, target, allowed) => {
  expect(mayImport(from, target)).toBe(allowed);
});

test('no circle of imports, those of types included', () => {
  const sources = readdirSync(SRC, { recursive: true })
    .map(String)
    .filter((file) => /\.tsx?$/.test(file) && !/\.(?:test|d)\.tsx?$/.test(file));
  const importsOf = new Map(sources.map((file) => [file, importedBy(file, new Set(sources))]));
  // Leaves are taken away until none is left: what stays lies in a circle, or leads to one.
  for (let size = -1; size !== importsOf.size;) {
    size = importsOf.size;
    for (const [file, imports] of importsOf) {
      if (!imports.some((other) => importsOf.has(other))) importsOf.delete(file);
    }
  }
  expect([...importsOf.keys()]).toEqual([]);
});

function importedBy(file: string, sources: ReadonlySet<string>): string[] {
  const path = join(SRC, file);
  return preProcessFile(readFileSync(path, 'utf8'), true, true)
    .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
    .flatMap(({ fileName }) => {
      const target = relative(SRC, resolve(path, '..', fileName));
      return ['', '.ts', '.tsx', '/index.ts']
        .map((ending) => target + ending)
        .filter((name) => sources.has(name));
    });
}
