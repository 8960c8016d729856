'use strict';

const js = require('@eslint/js');
const tseslint = require('typescript-eslint');
const { imports, tools } = require('./tools/rooms');

const rooms = { rules: { imports, tools } };

const INSIDE_PACKAGES = {
  regex: '^(?:@[^/]+/)?[^./@][^/]*/(?:lib|dist|src|build)(?:/|$)',
  message:
    'What lies inside a package moves from one minor version to the next: import its public entry points.',
};
const NODE_BUILTINS = {
  regex:
    '^(?:node:|(?:fs|path|os|crypto|http|https|net|child_process|stream|url|util|events|timers|worker_threads)(?:/|$))',
  message: 'Code that runs in the workflow sandbox has no Node.',
};
const NO_HEAVY_PACKAGES = {
  regex: '^(?:zod|@runwayml/sdk|undici|express|pino|@temporalio/(?:client|worker|activity))(?:/|$)',
  allowTypeImports: true,
  message: 'Keep packages out of the workflow bundle.',
};

/** Code that runs in the workflow sandbox, or in the browser as well. */
const SANDBOXED = {
  'contract/*': [NODE_BUILTINS, NO_HEAVY_PACKAGES],
  'contract/schemas/*': [NODE_BUILTINS],
  'domain/**/*': [NODE_BUILTINS, NO_HEAVY_PACKAGES],
  'workflows/**/*': [NODE_BUILTINS, NO_HEAVY_PACKAGES],
};

module.exports = tseslint.config(
  { ignores: ['dist', 'node_modules', 'data', 'coverage', 'test/replay/histories'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: __dirname } },
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: [INSIDE_PACKAGES] }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
    },
  },
  {
    // src/platform/config.ts is the only reader of the environment.
    files: ['src/**/*.ts'],
    ignores: ['src/platform/config.ts', 'src/**/main.ts', 'src/**/*.test.ts', 'src/local/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only src/platform/config.ts reads the environment.' },
      ],
    },
  },
  {
    files: ['src/**/*.ts', 'src/**/*.tsx'],
    plugins: { rooms },
    rules: { 'rooms/imports': 'error' },
  },
  {
    files: ['tools/*/**/*.ts'],
    plugins: { rooms },
    rules: { 'rooms/tools': 'error' },
  },
  ...Object.entries(SANDBOXED).map(([files, patterns]) => ({
    files: [`src/${files}.ts`],
    ignores: ['**/*.test.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: [INSIDE_PACKAGES, ...patterns] }],
    },
  })),
  {
    files: ['src/**/main.ts', 'src/local/**/*.ts', 'tools/**/*', 'scripts/**/*', 'test/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    // A tap either says what to do instead, or returns nothing.
    files: ['tools/faults/**/*.ts', 'tools/stack/webhook-receiver.ts'],
    rules: { '@typescript-eslint/no-invalid-void-type': 'off' },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: {
      globals: {
        require: 'readonly',
        module: 'writable',
        __dirname: 'readonly',
        process: 'readonly',
        console: 'readonly',
      },
    },
    rules: { ...tseslint.configs.disableTypeChecked.rules, '@typescript-eslint/no-require-imports': 'off' },
  },
);
