/** What the build bundles of the workflows, which global-setup.ts brings up to date. */
import path from 'node:path';

const DIST = path.join(__dirname, '../../dist');

export const WORKFLOW_BUNDLE = path.join(DIST, 'workflow-bundle.js');
/** The same, with the code in it that makes spans. */
export const TRACED_WORKFLOW_BUNDLE = path.join(DIST, 'workflow-bundle.traced.js');
