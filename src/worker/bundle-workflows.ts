/**
 * Bundles the workflows once, with and without traces, so that a worker starts in a fraction of the time and without
 * webpack: part of `npm run build`.
 */
import { bundleWorkflowCode, type BundleOptions, DefaultLogger } from '@temporalio/worker';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BUNDLE, TRACED_BUNDLE, WORKFLOW_TRACES } from './workflow-bundle';

const ROOT = path.join(__dirname, '../..');
const WORKFLOWS = path.join(__dirname, '../workflows/index.js');
const STAMP = /^\/\/ made from (\w{64})$/m;
/** Read from there to the end of the file. */
const SOURCE_MAP = /^\/\/# sourceMappingURL=/m;

async function main(): Promise<void> {
  await bundleTo(BUNDLE, []);
  await bundleTo(TRACED_BUNDLE, [WORKFLOW_TRACES]);
}

async function bundleTo(file: string, interceptors: string[]): Promise<void> {
  if (isUpToDate(file)) return;
  const { code } = await bundleWorkflowCode({
    workflowsPath: WORKFLOWS,
    workflowInterceptorModules: interceptors,
    logger: new DefaultLogger('WARN'),
    webpackConfigHook: keepLinks,
  });
  // In one step: a worker may be starting with the one before.
  const part = `${file}.${process.pid}.part`;
  writeFileSync(part, code.replace(SOURCE_MAP, `// made from ${hashOfInputs(code)}\n$&`));
  renameSync(part, file);
}

/** By content, not by time: a copy of a built checkout, which may be read-only, needs no new bundle. */
function isUpToDate(file: string): boolean {
  const bundle = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const stamp = STAMP.exec(bundle)?.[1];
  return stamp !== undefined && stamp === hashOfInputs(bundle);
}

/**
 * A hash of every module of ours that webpack names in the bundle, wherever it lies: another one could come in only by a
 * change in one of these. Packages are those of the lock file.
 */
function hashOfInputs(bundle: string): string {
  const modules = [...bundle.matchAll(/^\/\*{3}\/ "(\.\/dist\/[^"]+)":?$/gm)].map(([, name = '']) => name);
  const hash = createHash('sha256');
  for (const name of [...modules.sort(), 'package-lock.json', path.relative(ROOT, __filename)]) {
    const file = path.join(ROOT, name);
    hash.update(`${name}\0`).update(existsSync(file) ? readFileSync(file) : 'gone');
  }
  return hash.digest('hex');
}

/** `scripts/build.js` leads here by a link where webpack cannot read the path of the checkout. */
const keepLinks: BundleOptions['webpackConfigHook'] = (config) => {
  const symlinks = !process.execArgv.includes('--preserve-symlinks');
  return {
    ...config,
    resolve: { ...config.resolve, symlinks },
    resolveLoader: { ...config.resolveLoader, symlinks },
  };
};

void main();
