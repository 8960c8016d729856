/** The workflow bundle for tests: built once per run from the sources (see global-setup.ts), not from `dist`. */
import path from 'node:path';

export const TEST_BUNDLE = path.join(__dirname, '../../node_modules/.cache/durable-reels/workflow-bundle.js');
