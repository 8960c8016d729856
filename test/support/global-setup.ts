import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { TEST_BUNDLE } from './workflow-bundle';

/** Before the first test: one bundle for all suites. It also proves that the workflows bundle at all. */
export default async function globalSetup(): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: require.resolve('../../src/workflows'),
    logger: new DefaultLogger('ERROR'),
  });
  await mkdir(path.dirname(TEST_BUNDLE), { recursive: true });
  // In one step: suites of another run may be reading it.
  const part = `${TEST_BUNDLE}.${process.pid}`;
  await writeFile(part, code);
  await rename(part, TEST_BUNDLE);
}
