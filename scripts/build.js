'use strict';

/**
 * `npm run build`: turns src into dist with SWC, the same compiler that Jest uses, and bundles the workflows and the page.
 * Types are not checked here but by `npm run typecheck`: whoever starts the service waits a second for this, and would
 * wait ten for the type checker.
 */
const { execFileSync } = require('node:child_process');
const {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} = require('node:fs');
const path = require('node:path');
const { transformSync } = require('@swc/core');
const { buildWeb } = require('./build-web');
const { bin } = require('../package.json');

const SRC = path.join(__dirname, '../src');
const DIST = path.join(__dirname, '../dist');

const files = (folder, ending) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true })
        .map(String)
        .filter((name) => name.endsWith(ending))
    : [];

/** The page is a bundle of its own. */
const isWeb = (name) => name.startsWith(`web${path.sep}`);

const sources = files(SRC, '.ts').filter(
  (name) => !name.endsWith('.test.ts') && !name.endsWith('.d.ts') && !isWeb(name),
);
const targetOf = (source) => path.join(DIST, source.replace(/\.ts$/, '.js'));

for (const source of sources) {
  const from = path.join(SRC, source);
  const to = targetOf(source);
  if (existsSync(to) && statSync(to).mtimeMs > statSync(from).mtimeMs) continue;
  const { code, map } = transformSync(readFileSync(from, 'utf8'), {
    filename: from,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
    sourceMaps: true,
  });
  mkdirSync(path.dirname(to), { recursive: true });
  writeFileSync(`${to}.map`, map);
  writeFileSync(to, `${code}\n//# sourceMappingURL=${path.basename(to)}.map\n`);
}

// npx runs the file itself, and a compiler writes no executable ones.
for (const file of Object.values(bin)) chmodSync(path.join(__dirname, '..', file), 0o755);

// What was deleted or renamed in src must not live on in dist.
const wanted = new Set(sources.map(targetOf));
const bundle = path.join(DIST, 'workflow-bundle.js');
for (const name of files(DIST, '.js')) {
  const file = path.join(DIST, name);
  if (wanted.has(file) || file === bundle || isWeb(name)) continue;
  rmSync(file);
  rmSync(`${file}.map`, { force: true });
}

buildWeb();
execFileSync(process.execPath, [path.join(DIST, 'worker/bundle-workflows.js')], { stdio: 'inherit' });
