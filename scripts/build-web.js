'use strict';

/**
 * Bundles the page (src/web) into dist/web: `index.html`, which names the bundles, and `assets`, whose names change
 * with their content. A file that is right already is not written, so that a running service never sees half of one.
 */
const { Buffer } = require('node:buffer');
const { createHash } = require('node:crypto');
const {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} = require('node:fs');
const path = require('node:path');
const { buildSync } = require('esbuild');

const SOURCE = path.join(__dirname, '../src/web');
const TARGET = path.join(__dirname, '../dist/web');
const ASSETS = path.join(TARGET, 'assets');

const OPTIONS = {
  // A name and no path: one with `*` in it would be a pattern.
  absWorkingDir: SOURCE,
  entryPoints: { page: './main.tsx' },
  outdir: ASSETS,
  bundle: true,
  minify: true,
  write: false,
  format: 'esm',
  platform: 'browser',
  // Browsers of the last three years.
  target: ['chrome111', 'firefox115', 'safari16.4'],
  tsconfig: path.join(SOURCE, 'tsconfig.json'),
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
};

function buildWeb() {
  const { outputFiles } = buildSync(OPTIONS);
  const icon = { path: 'icon.svg', contents: readFileSync(path.join(SOURCE, 'icon.svg')) };
  const files = [...outputFiles, icon].map(({ path: file, contents }) => ({
    name: hashed(file, contents),
    contents,
  }));
  const index = readFileSync(path.join(SOURCE, 'index.html'), 'utf8')
    .replace('page.js', nameOf(files, '.js'))
    .replace('page.css', nameOf(files, '.css'))
    .replace('icon.svg', nameOf(files, '.svg'));

  mkdirSync(ASSETS, { recursive: true });
  for (const { name, contents } of files) put(path.join(ASSETS, name), contents);
  put(path.join(TARGET, 'index.html'), Buffer.from(index));
  const wanted = new Set(files.map(({ name }) => name));
  for (const name of readdirSync(ASSETS)) if (!wanted.has(name)) rmSync(path.join(ASSETS, name));
}

function hashed(file, contents) {
  const { name, ext } = path.parse(file);
  return `${name}-${createHash('sha256').update(contents).digest('hex').slice(0, 10)}${ext}`;
}

function nameOf(files, ending) {
  const file = files.find(({ name }) => name.endsWith(ending));
  if (!file) throw new Error(`the bundle has no ${ending}`);
  return file.name;
}

/** In one step: another process may be serving the file. */
function put(file, contents) {
  if (existsSync(file) && readFileSync(file).equals(contents)) return;
  const part = `${file}.${process.pid}.part`;
  writeFileSync(part, contents);
  renameSync(part, file);
}

module.exports = { buildWeb, OPTIONS };
