'use strict';

/**
 * `npm run build`: turns src into dist with SWC, the same compiler that Jest uses, and bundles the workflows and the page.
 * Types are not checked here but by `npm run typecheck`: whoever starts the service waits a second for this, and would
 * wait ten for the type checker.
 */
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { bin, engines } = require('../package.json');

const ROOT = path.join(__dirname, '..');
const SRC = path.join(ROOT, 'src');
const DIST = path.join(ROOT, 'dist');
const BUNDLES = ['workflow-bundle.js', 'workflow-bundle.traced.js'].map((name) => path.join(DIST, name));

function build() {
  requireUsablePlace();
  // Not before: what they need may be missing, or of no use to this Node.
  const { transformSync } = require('@swc/core');
  const { buildWeb } = require('./build-web');
  const sources = files(SRC, '.ts').filter(
    (name) => !name.endsWith('.test.ts') && !name.endsWith('.d.ts') && !isWeb(name),
  );
  for (const source of sources) {
    const from = path.join(SRC, source);
    const to = targetOf(source);
    const text = fs.readFileSync(from, 'utf8');
    if (isMadeFrom(to, text)) continue;
    const { code, map } = transformSync(text, {
      filename: from,
      sourceFileName: path.relative(path.dirname(to), from),
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs' },
      sourceMaps: true,
    });
    fs.mkdirSync(path.dirname(to), { recursive: true });
    put(to, `${code}\n//# sourceMappingURL=${path.basename(to)}.map\n`);
    // Last: it says what the other was made from.
    put(`${to}.map`, map);
  }

  // npx runs the file itself, and a compiler writes no executable ones.
  for (const file of Object.values(bin).map((name) => path.join(ROOT, name))) {
    if ((fs.statSync(file).mode & 0o111) !== 0o111) fs.chmodSync(file, 0o755);
  }

  // What was deleted or renamed in src must not live on in dist.
  const wanted = new Set([...sources.map(targetOf), ...BUNDLES]);
  for (const name of files(DIST, '.js')) {
    const file = path.join(DIST, name);
    if (wanted.has(file) || isWeb(name)) continue;
    fs.rmSync(file);
    fs.rmSync(`${file}.map`, { force: true });
  }

  buildWeb();
  bundleWorkflows();
}

function files(folder, ending) {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(ending));
}

/** The page is a bundle of its own. */
function isWeb(name) {
  return name.startsWith(`web${path.sep}`);
}

function targetOf(source) {
  return path.join(DIST, source.replace(/\.ts$/, '.js'));
}

/** By content, not by time: a file that is put back is older than what was made of the one before. */
function isMadeFrom(to, text) {
  if (!fs.existsSync(to) || !fs.existsSync(`${to}.map`)) return false;
  try {
    return JSON.parse(fs.readFileSync(`${to}.map`, 'utf8')).sourcesContent?.[0] === text;
  } catch {
    // Cut off while it was written.
    return false;
  }
}

/** Nothing is written that is there already: a checkout that was built may be read-only. */
function put(file, text) {
  if (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== text) fs.writeFileSync(file, text);
}

/** webpack reads `!` and `?` in a path as syntax of its own. A link without them leads to the same files. */
function bundleWorkflows() {
  if (!/[!?]/.test(ROOT)) return runBundler(ROOT);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'durable-reels-'));
  try {
    if (/[!?]/.test(folder)) {
      throw new Refusal(`There is a "!" or "?" in ${os.tmpdir()}: set TMPDIR to a folder without one.`);
    }
    const link = path.join(folder, 'checkout');
    fs.symlinkSync(ROOT, link);
    runBundler(link, ['--preserve-symlinks', '--preserve-symlinks-main']);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function runBundler(root, flags = []) {
  const script = path.join(root, 'dist/worker/bundle-workflows.js');
  const { status, signal, error, stderr } = spawnSync(process.execPath, [...flags, script], {
    stdio: ['ignore', 'inherit', 'pipe'],
    encoding: 'utf8',
  });
  if (status === 0) return void process.stderr.write(stderr);
  const code = NOT_WRITABLE.find((name) => stderr.includes(`Error: ${name}:`));
  if (code !== undefined) throw Object.assign(new Error(stderr), { code, path: BUNDLES[0] });
  throw error ?? new Error(`The workflows could not be bundled (${signal ?? status}):\n${stderr}`);
}

/** What stops the build and is no fault of the code: one line for people. */
class Refusal extends Error {}

const NOT_WRITABLE = ['EROFS', 'EACCES', 'EPERM'];

/** @throws Refusal where neither the build nor the service could work, whatever is done about it here. */
function requireUsablePlace() {
  const needed = engines.node.replace(/^>=/, '');
  if (process.versions.node.localeCompare(needed, 'en', { numeric: true }) < 0) {
    throw new Refusal(`Node ${needed} or newer is needed, and this is ${process.versions.node}.`);
  }
  // Node itself imports no package from there.
  if (path.sep === '/' && ROOT.includes('\\')) {
    throw new Refusal(`There is a backslash in the path of this folder, ${ROOT}: give it another name.`);
  }
  if (path.basename(ROOT) === 'node_modules') {
    throw new Refusal(`Node finds no packages in a folder of this name, ${ROOT}: give it another name.`);
  }
}

/** One line where there is one to say; otherwise the error itself. */
function explain(error) {
  if (error instanceof Refusal) return error.message;
  if (error.code === 'MODULE_NOT_FOUND' && !error.requireStack?.[0]?.startsWith(DIST)) {
    return `${error.message.split('\n')[0]}: run "npm ci" in ${ROOT} first.`;
  }
  if (NOT_WRITABLE.includes(error.code)) {
    return `The build in ${DIST} is missing or older than the sources, and it cannot be written (${error.code}): run "npm run build" where it can be, or correct the rights.`;
  }
  return error.stack;
}

try {
  build();
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
