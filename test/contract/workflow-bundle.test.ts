/** What runs in the workflow sandbox: our own rules and Temporal's code, nothing that a replay could trip over. */
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { WORKFLOW_BUNDLE } from '../support/workflow-bundle';

/** Modules of a bundle, by their path in the repository. Those without one are empty: Temporal cut them out. */
function modulesOf(bundle: string): string[] {
  return [...bundle.matchAll(/^\/\*\*\*\/ "\.\/([^"]+)":?$/gm)].map(([, module]) => module ?? '');
}

const OURS = /^dist\/(?:contract|(?:domain|workflows)(?:\/[\w-]+)*)\/[\w-]+\.js$/;
const TEMPORAL = /^node_modules\/(?:@temporalio\/(?:common|workflow)|nexus-rpc|long|ms)\//;
const strangersIn = (modules: string[]) =>
  modules.filter((module) => !OURS.test(module) && !TEMPORAL.test(module));

const CACHE = path.join(__dirname, '../../node_modules/.cache');
let folder: string;
beforeAll(async () => {
  // In the repository, so that packages are found.
  await mkdir(CACHE, { recursive: true });
  folder = await mkdtemp(path.join(CACHE, 'bundle-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function bundle(code: string): Promise<string> {
  const workflowsPath = path.join(folder, 'workflows.js');
  await writeFile(workflowsPath, code);
  return (await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR', () => {}) })).code;
}

test('the bundle of our workflows holds our rules and Temporal’s code, and nothing else', async () => {
  const modules = modulesOf(await readFile(WORKFLOW_BUNDLE, 'utf8'));
  expect(modules).toContain('dist/workflows/generate-reel.js');
  expect(modules).toContain('dist/domain/reel.js');
  expect(strangersIn(modules)).toEqual([]);
});

test('a package in a workflow would be seen', async () => {
  const code = await bundle("exports.w = async () => require('zod').z.string();");
  expect(strangersIn(modulesOf(code))).toContainEqual(expect.stringMatching(/^node_modules\/zod\//));
  expect(strangersIn(['dist/contract/schemas/reel.js'])).not.toEqual([]);
});

test.each(['node:fs', '@temporalio/client'])('a workflow that imports %s does not bundle', async (name) => {
  await expect(bundle(`exports.w = async () => require('${name}');`)).rejects.toThrow();
});
