'use strict';

/**
 * Whether `npm test` finds bugs: plants those of planted-bugs.js one after the other, and says which test noticed each.
 *
 *     node tools/mutations/main.js                   all of them; takes long
 *     node tools/mutations/main.js --only unit       with this part of the tests alone
 *     node tools/mutations/main.js src/api cookie    bugs whose file or words hold one of these
 *
 * A bug meets the tests that import its file, part by part, up to the first one that fails; that test then has to pass
 * without the bug. The checkout is not touched: all of it happens in a copy, which goes when this ends, also by Ctrl-C.
 * The last line is `N of 40 found`; more than two that were not make the exit code 1.
 */
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { PARTS } = require('../../scripts/test-parts');
const { BUGS, withBug } = require('./planted-bugs');

const ROOT = path.join(__dirname, '../..');
const NOT_COPIED = ['.git', 'coverage', 'data', 'dist', 'node_modules'];
const MAY_SURVIVE = 2;

/** The process group of the Jest that runs now. */
let running;

/** The checkout as it stands, in a folder of its own. */
function copyCheckout() {
  const copy = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), 'reels-mutation-')));
  for (const name of fs.readdirSync(ROOT)) {
    if (!NOT_COPIED.includes(name))
      fs.cpSync(path.join(ROOT, name), path.join(copy, name), { recursive: true });
  }
  fs.symlinkSync(fs.realpathSync(path.join(ROOT, 'node_modules')), path.join(copy, 'node_modules'));
  return copy;
}

/** Up to the first file that fails, whose report people would read: bailing out, Jest writes no other one. */
async function runJest(copy, args) {
  const jest = path.join(copy, 'node_modules/jest/bin/jest.js');
  running = spawn(process.execPath, [jest, ...args, '-w', '1', '--bail', '--watchman=false'], {
    cwd: copy,
    env: { ...process.env, FORCE_COLOR: '0' },
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let report = '';
  running.stderr.setEncoding('utf8').on('data', (text) => (report += text));
  const [status] = await once(running, 'close');
  running = undefined;
  if (status === 0) return undefined;
  const [, file] = /^FAIL \S+ (\S+)/m.exec(report) ?? [];
  const [, test] = /^ +● (.+)/m.exec(report) ?? [];
  if (file === undefined) throw new Error(`Jest itself failed:\n${report}`);
  return { file, test };
}

/**
 * Tests of a part that may notice, as arguments of Jest, the cheapest first: the one beside the file, then all that import
 * it. Workflows reach theirs in the bundle, which Jest does not see: there it is all replays, and else the test of the
 * same name.
 */
function testsOf({ file }, { name, built }) {
  const related = ['--findRelatedTests', file, '--passWithNoTests'];
  if (name === 'unit') {
    const beside = file.replace(/\.ts$/, '.test.ts');
    return fs.existsSync(path.join(ROOT, beside)) ? [['--runTestsByPath', beside], related] : [related];
  }
  if (!built || !file.startsWith('src/workflows/')) return [related];
  return [
    name === 'replay' ? [] : ['--passWithNoTests', '--testPathPatterns', `/${path.basename(file, '.ts')}\\.`],
  ];
}

/** @returns `by`: which part and test noticed it. `doubt`: one that fails without the bug as well. Neither: nobody did. */
async function findBug(copy, bug, parts) {
  const source = path.join(copy, bug.file);
  const sound = fs.readFileSync(source, 'utf8');
  let doubt;
  const runs = parts.flatMap((part) => testsOf(bug, part).map((tests) => [part.name, tests]));
  for (const [part, tests] of runs) {
    fs.writeFileSync(source, withBug(sound, bug));
    const noticed = await runJest(copy, ['--selectProjects', part, ...tests]);
    fs.writeFileSync(source, sound);
    if (!noticed) continue;
    const also = await runJest(copy, ['--selectProjects', part, '--runTestsByPath', noticed.file]);
    if (!also) return { by: `${part}, ${noticed.file}: ${noticed.test}` };
    doubt = `${also.file} fails without it as well: ${also.test}`;
  }
  return { doubt };
}

async function main() {
  const { values, positionals } = parseArgs({
    options: { only: { type: 'string' } },
    allowPositionals: true,
  });
  const parts = PARTS.filter(({ name, base }) => base && [undefined, name].includes(values.only));
  const isMeant = ({ about, file }) => positionals.some((words) => `${file} ${about}`.includes(words));
  const bugs = positionals.length === 0 ? BUGS : BUGS.filter(isMeant);
  for (const bug of BUGS) withBug(fs.readFileSync(path.join(ROOT, bug.file), 'utf8'), bug);

  const copy = copyCheckout();
  const remove = () => fs.rmSync(copy, { recursive: true, force: true });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (running) process.kill(-running.pid, 'SIGKILL');
      remove();
      process.exit(1);
    });
  }
  try {
    let found = 0;
    for (const bug of bugs) {
      const { by, doubt } = await findBug(copy, bug, parts);
      if (by) found += 1;
      console.log(`${by ? 'found' : 'NOT FOUND'}: ${bug.about} (${bug.file})`);
      if (by ?? doubt) console.log(`    ${by ?? doubt}`);
    }
    console.log(`${found} of ${bugs.length} found`);
    return bugs.length - found > MAY_SURVIVE ? 1 : 0;
  } finally {
    remove();
  }
}

main().then(
  (code) => (process.exitCode = code),
  (error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
