'use strict';

const { PARTS } = require('./scripts/test-parts');

const transform = {
  '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } }],
};

const project = ({ name, files, built }) => ({
  displayName: name,
  testMatch: [`<rootDir>/${files}`],
  testEnvironment: 'node',
  setupFiles: ['<rootDir>/test/support/threads.js'],
  transform,
  // dist holds a second copy of every module: never resolve or watch it.
  modulePathIgnorePatterns: ['<rootDir>/dist'],
  ...(built && { globalSetup: '<rootDir>/test/support/global-setup.ts' }),
});

/** @type {import('jest').Config} */
module.exports = {
  projects: PARTS.map(project),
  // Many suites run their own Temporal server and processes; two at a time fit two cores.
  maxWorkers: 2,
  // Ends what hangs; how fast a thing is, no test says.
  testTimeout: 600_000,
};
