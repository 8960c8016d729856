/** The import table of docs/architecture.md, as ESLint enforces it: small files that break it, and some that do not. */
import { Linter } from 'eslint';
import { createRequire } from 'node:module';
import path from 'node:path';
import tseslint from 'typescript-eslint';

const ROOT = path.join(__dirname, '../..');
const config = [
  ...(createRequire(__filename)('../../eslint.config.js') as Linter.Config[]),
  // These files do not exist, so they have no types. The rules of the table need none.
  { files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked } as Linter.Config,
];
const linter = new Linter({ cwd: ROOT, configType: 'flat' });

/** Names of the rules that a file with this one line breaks. */
function broken(file: string, line: string): (string | null)[] {
  const messages = linter.verify(`${line}\n`, config, { filename: path.join(ROOT, 'src', file) });
  expect(messages.filter(({ fatal }) => fatal)).toEqual([]);
  return messages.map(({ ruleId }) => ruleId).filter((rule) => !rule?.endsWith('no-unused-vars'));
}

const PACKAGES = '@typescript-eslint/no-restricted-imports';
const ROOMS = 'rooms/imports';

test.each([
  ['domain', '../runway/models'],
  ['domain', '../platform/config'],
  ['domain', 'node:fs/promises'],
  ['domain', 'zod'],
  ['workflows', '../runway/failures/error-catalog'],
  ['workflows', '../storage/storage'],
  ['workflows', '../activities'],
  ['workflows', '../activities/failure'],
  ['workflows', '../platform/config'],
  ['workflows', 'node:crypto'],
  ['workflows', 'crypto'],
  ['workflows', 'fs/promises'],
  ['workflows', 'zod'],
  ['workflows', '@runwayml/sdk'],
  ['workflows', '@temporalio/client'],
  ['activities', '../workflows/policies'],
  ['activities', '../api/app'],
  ['activities', '../platform/config'],
  ['activities', '../worker/create-workers'],
  ['runway', '../activities/failure'],
  ['runway', '../storage/storage'],
  ['runway', '../platform/config'],
  ['storage', '../runway/models'],
  ['storage', '../activities/failure'],
  ['api', '../runway/runway'],
  ['api', '../runway/calls/exchange'],
  ['api', '../runway/models-of-another-kind'],
  ['api', '../workflows/generate-reel'],
  ['api', '../activities'],
  ['api', '../platform/config'],
  ['simulator', '../domain/reel'],
  ['simulator', '../runway/models/model-table'],
  ['simulator', '../../src/contract/money'],
  ['cli', '../domain/reel'],
  ['cli', '../runway/models'],
  ['web', '../domain/reel'],
])('src/%s may not import %s', (folder, module) => {
  const rule = module.startsWith('.') ? ROOMS : PACKAGES;
  expect(broken(`${folder}/virtual.ts`, `import { x } from '${module}'; export const y = x;`)).toEqual([
    rule,
  ]);
  expect(broken(`${folder}/virtual.ts`, `export { x } from '${module}';`)).toEqual([rule]);
  expect(
    broken(`${folder}/deep/virtual.ts`, `export { x } from '${module.replace(/^\.\./, '../..')}';`),
  ).toEqual([rule]);
});

test.each([
  ['domain', './reel'],
  ['domain', '../contract/reel'],
  ['contract/schemas', '../reel'],
  ['contract/schemas', 'zod'],
  ['web', '../contract/reel'],
  ['workflows', '../domain/generate-reel'],
  ['workflows', './policies'],
  ['workflows', '@temporalio/workflow'],
  ['activities', '../runway/failures/error-catalog'],
  ['activities', '../storage/storage'],
  ['activities', '../domain/generate-reel'],
  ['activities', 'node:os'],
  ['runway', '../domain/failure'],
  ['runway', 'undici'],
  ['storage', '../domain/generate-reel'],
  ['storage', 'zod'],
  ['api', '../domain/generate-reel'],
  ['api', '../storage/storage'],
  ['api', '../workflows/messages'],
  ['api', '../runway/models/models'],
  ['api', '../runway/models/prices'],
  ['api', '../runway/failures/error-catalog'],
  ['simulator', './scenarios'],
  ['worker', '../activities'],
  ['worker', '../platform/config'],
  ['local', '../recovery/resume-reels'],
])('src/%s may import %s', (folder, module) => {
  expect(broken(`${folder}/virtual.ts`, `export { x } from '${module}';`)).toEqual([]);
});

test.each([
  ['workflows', '../activities'],
  ['api', '../workflows'],
  ['workflows', '../contract/schemas/reel'],
  ['domain', '../contract/schemas/reel'],
  ['cli', '../contract/schemas/reel'],
  ['web', '../contract/schemas/reel'],
])('src/%s may import the types of %s, and no more', (folder, module) => {
  expect(broken(`${folder}/virtual.ts`, `export type { X } from '${module}';`)).toEqual([]);
  expect(broken(`${folder}/virtual.ts`, `export { x } from '${module}';`)).toEqual([ROOMS]);
});

test.each([
  ['simulator', '../contract/schemas/reel'],
  ['cli', '../domain/generate-reel'],
  ['web', '../domain/generate-reel'],
  ['workflows', '../runway/failures/error-catalog'],
  ['domain', '../activities'],
])('src/%s may not even import the types of %s', (folder, module) => {
  expect(broken(`${folder}/virtual.ts`, `export type { X } from '${module}';`)).toEqual([ROOMS]);
});

test('a root imports no other one', () => {
  expect(broken('local/virtual.ts', "export { x } from '../worker/create-workers';")).toEqual([ROOMS]);
});

test('what lies outside of src, or in a folder without a line, is not imported', () => {
  expect(broken('api/virtual.ts', "export { x } from '../../tools/bench/table';")).toEqual([ROOMS]);
  expect(broken('elsewhere/virtual.ts', 'export const x = 1;')).toEqual([ROOMS]);
});

test('a composition root may import everything', () => {
  for (const module of [
    '../platform/config',
    '../activities',
    '../runway/runway',
    '../workflows/generate-reel',
  ]) {
    expect(broken('api/main.ts', `export { x } from '${module}';`)).toEqual([]);
  }
});

test('only the settings read the environment', () => {
  const line = 'export const port = process.env;';
  expect(broken('api/virtual.ts', line)).toEqual(['no-restricted-properties']);
  expect(broken('platform/config.ts', line)).toEqual([]);
});

test('nothing prints but programs', () => {
  expect(broken('activities/virtual.ts', "console.log('x');")).toEqual(['no-console']);
});
