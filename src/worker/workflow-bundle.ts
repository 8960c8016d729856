import path from 'node:path';

const DIST = path.join(__dirname, '..');

/** Where the build puts the workflows, ready to run. */
export const BUNDLE = path.join(DIST, 'workflow-bundle.js');
/** The same, with the code in it that makes spans. */
export const TRACED_BUNDLE = path.join(DIST, 'workflow-bundle.traced.js');

/** Bundled with the workflows: their spans are made inside the sandbox, by Temporal's interceptors. */
export const WORKFLOW_TRACES =
  require.resolve('@temporalio/interceptors-opentelemetry/lib/workflow-interceptors');
