'use strict';

const js = require('@eslint/js');
const tseslint = require('typescript-eslint');

/** Folders of src, in the order in which a request passes them. */
const FOLDERS = [
  'contract',
  'domain',
  'workflows',
  'activities',
  'runway',
  'storage',
  'media',
  'webhooks',
  'outbound',
  'api',
  'simulator',
  'cli',
  'web',
  'worker',
  'local',
  'bench',
];

/**
 * The import table of docs/architecture.md: what a folder may import from the rest of src.
 * `types`: only by `import type`. An entry with a slash names one file of the other folder.
 * A folder that is missing here is a composition root and may import everything.
 */
const MAY_IMPORT = {
  contract: {},
  domain: { values: ['contract'] },
  workflows: { values: ['contract', 'domain'], types: ['activities'] },
  activities: { values: ['contract', 'domain', 'runway', 'storage', 'webhooks', 'outbound'] },
  runway: { values: ['contract', 'domain'] },
  storage: { values: ['contract', 'domain'] },
  media: { values: ['contract', 'domain'] },
  webhooks: { values: ['contract', 'domain', 'outbound'] },
  outbound: { values: ['contract', 'domain'] },
  api: {
    values: [
      'contract',
      'domain',
      'storage',
      'workflows/messages',
      'runway/models',
      'runway/prices',
      'runway/error-catalog',
      'runway/explain',
      'runway/without-account',
      'runway/request-rules',
      'webhooks/receiver',
      'runway/request-fields',
    ],
    types: ['workflows'],
  },
  simulator: {},
  cli: { values: ['contract'], types: ['domain'] },
  web: { values: ['contract'], types: ['domain'] },
};

/** A relative specifier that leaves its folder for `target` (a folder, or a file of one). */
const into = (target) => `^(?:\\.\\./)+(?:src/)?${target}`;

function importRules(folder) {
  const { values = [], types = [] } = MAY_IMPORT[folder];
  const patterns = [];
  for (const other of [...FOLDERS, 'config']) {
    if (other === folder || values.includes(other)) continue;
    const files = values
      .filter((value) => value.startsWith(`${other}/`))
      .map((value) => value.slice(other.length + 1));
    const except = files.length > 0 ? `(?!/(?:${files.join('|')})$)` : '';
    patterns.push({
      regex: `${into(other)}${except}(?:/|$)`,
      allowTypeImports: types.includes(other),
      message: `src/${folder} may not import src/${other} (see docs/architecture.md, "Who may import whom").`,
    });
  }
  return patterns;
}

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

const layering = Object.keys(MAY_IMPORT).map((folder) => ({
  files: [`src/${folder}/**/*.ts`, `src/${folder}/**/*.tsx`],
  ignores: [`src/${folder}/main.ts`, '**/*.test.ts'],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          ...importRules(folder),
          ...(folder === 'contract' ? [NODE_BUILTINS] : []),
          ...(folder === 'workflows' || folder === 'domain' ? [NODE_BUILTINS, NO_HEAVY_PACKAGES] : []),
        ],
      },
    ],
  },
}));

module.exports = tseslint.config(
  { ignores: ['dist', 'node_modules', 'data', 'coverage', 'test/replay/histories'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: __dirname } },
    rules: {
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
    // src/config.ts is the only reader of the environment.
    files: ['src/**/*.ts'],
    ignores: ['src/config.ts', 'src/**/main.ts', 'src/**/*.test.ts', 'src/local/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only src/config.ts reads the environment.' },
      ],
    },
  },
  ...layering,
  {
    files: ['src/**/main.ts', 'src/local/**/*.ts', 'src/bench/**/*.ts', 'scripts/**/*', 'test/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    // A tap either says what to do instead, or returns nothing.
    files: ['test/faults/**/*.ts'],
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
