'use strict';

const transform = {
  '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } }],
};

const suite = (displayName, testMatch, extra = {}) => ({
  displayName,
  testMatch: testMatch.map((glob) => `<rootDir>/${glob}`),
  testEnvironment: 'node',
  transform,
  // dist holds a second copy of every module: never resolve or watch it.
  modulePathIgnorePatterns: ['<rootDir>/dist'],
  ...extra,
});

/** @type {import('jest').Config} */
module.exports = {
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  projects: [
    suite('unit', ['src/**/*.test.ts']),
    suite('contract', ['test/contract/**/*.test.ts']),
    suite('integration', ['test/integration/**/*.test.ts']),
    suite('replay', ['test/replay/**/*.test.ts']),
    suite('corpus', ['test/corpus/**/*.test.ts']),
    suite('faults', ['test/faults/**/*.test.ts']),
    suite('places', ['test/places/**/*.test.ts']),
  ],
  // Integration suites run their own Temporal server and processes; two at a time fit two cores.
  maxWorkers: 2,
  // Ends what hangs; how fast a thing is, no test says.
  testTimeout: 180_000,
};
