'use strict';

/**
 * The parts of the tests, each a project of Jest. They run one after the other: each uses both cores by itself, so the
 * load that a test meets does not depend on its neighbours of another part.
 *
 * `files`: a glob. `base`: what `npm test` runs, on any machine with Node and Python. `built`: it runs what the build made.
 * `needs`: programs beside those two.
 */
const PARTS = [
  { name: 'unit', files: '{src,tools/bench}/**/*.test.ts', base: true },
  { name: 'contract', files: 'test/contract/**/*.test.ts', base: true, built: true },
  { name: 'replay', files: 'test/replay/**/*.test.ts', base: true, built: true },
  { name: 'integration', files: 'test/integration/**/*.test.ts', base: true, built: true },
  { name: 'service', files: 'test/service/**/*.test.ts', built: true },
  { name: 'system', files: 'test/system/**/*.test.ts', built: true },
  { name: 'database', files: 'test/database/**/*.test.ts', needs: ['initdb'] },
  { name: 'hosting', files: 'test/hosting/**/*.test.ts', built: true, needs: ['nginx', 'caddy'] },
  { name: 'browser', files: 'test/browser/**/*.test.ts', built: true, needs: ['chromium'] },
  { name: 'corpus', files: 'test/corpus/**/*.test.ts', needs: ['chromium', 'ffmpeg'] },
  { name: 'fuzz', files: 'test/fuzz/**/*.test.ts', built: true },
  { name: 'places', files: 'test/places/**/*.test.ts' },
  { name: 'faults', files: 'tools/faults/**/*.test.ts', built: true },
];

module.exports = { PARTS };
