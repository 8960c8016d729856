'use strict';

/**
 * Runs the tests part by part, and says what each took.
 *
 *     node scripts/run-tests.js                    the parts of `npm test`
 *     node scripts/run-tests.js --all              all parts; --rest: those that `npm test` leaves out
 *     node scripts/run-tests.js replay browser     these parts
 *     node scripts/run-tests.js test/integration   one run of Jest with these arguments
 *
 * The last line is `N passed, N failed`. A part that needs a program which is not there is named and left out; where
 * `CI` is set that is a failure. Nothing runs twice but what stands in test/known-to-fail.json.
 */
const { spawnSync } = require('node:child_process');
const { existsSync, mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { findProgram } = require('./find-program');
const { overdue, readKnown, unknown } = require('./known-to-fail');
const { PARTS } = require('./test-parts');

const ROOT = path.join(__dirname, '..');
const JEST = require.resolve('jest/bin/jest');
const IN_CI = Boolean(process.env.CI);
/** After so long a run of Jest hangs, in a handle that a test left open: it is ended, and has failed. */
const HANGS_AFTER_MS = 40 * 60_000;

/** One run of Jest, whose report people see. @returns {{ passed: number, failures: { file: string, test: string }[] }} */
function runJest(args) {
  const folder = mkdtempSync(path.join(tmpdir(), 'reels-tests-'));
  try {
    const file = path.join(folder, 'report.json');
    const { status } = spawnSync(process.execPath, [JEST, ...args, '--json', `--outputFile=${file}`], {
      cwd: ROOT,
      // What people read goes to standard error; the other one repeats the report.
      stdio: ['inherit', 'ignore', 'inherit'],
      timeout: HANGS_AFTER_MS,
    });
    const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
    const failures = (report?.testResults ?? []).flatMap(failuresOf);
    if (status !== 0 && failures.length === 0) failures.push({ file: args.join(' '), test: '(Jest itself)' });
    return { passed: report?.numPassedTests ?? 0, failures };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function failuresOf({ name, status, assertionResults, message }) {
  const file = path.relative(ROOT, name);
  const failed = assertionResults.filter((one) => one.status === 'failed');
  if (status === 'failed' && failed.length === 0)
    return [{ file, test: `(the file) ${message.split('\n')[0]}` }];
  return failed.map(({ fullName: test }) => ({ file, test }));
}

/** Runs a part; what failed and is known to do so now and then runs once more, loudly. */
function runPart({ name, needs = [] }, known) {
  const missing = needs.filter((program) => findProgram(program) === undefined);
  if (missing.length > 0) {
    const test = `did not run, as there is no ${missing.join(' and no ')} here`;
    return { name, took: test, passed: 0, failures: IN_CI ? [{ file: name, test }] : [] };
  }
  console.log(`== ${name}`);
  const start = process.hrtime.bigint();
  let { passed, failures } = runJest(['--selectProjects', name]);
  if (failures.length > 0 && unknown(failures, known).length === 0) {
    const files = [...new Set(failures.map(({ file }) => file))];
    console.log(`== ONCE MORE, as they are KNOWN TO FAIL now and then: ${files.join(' ')}`);
    const again = runJest(['--runInBand', '--runTestsByPath', ...files]);
    if (again.failures.length === 0) passed += failures.length;
    failures = again.failures;
  }
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  return { name, took: `${seconds.toFixed(0)} s`, passed, failures };
}

function runParts(parts) {
  const known = readKnown();
  const results = parts.map((part) => runPart(part, known));
  if (IN_CI) {
    const failures = overdue(known, new Date());
    results.push({ name: 'list of tests known to fail', took: 'read', passed: 0, failures });
  }
  console.log();
  for (const { name, took } of results) console.log(`${name}: ${took}`);
  const failures = results.flatMap((result) => result.failures);
  for (const { file, test } of failures) console.log(`FAILED ${file}: ${test}`);
  console.log(`${results.reduce((sum, { passed }) => sum + passed, 0)} passed, ${failures.length} failed`);
  return failures.length === 0 ? 0 : 1;
}

function main(args) {
  if (args.length === 0) return runParts(PARTS.filter(({ base }) => base));
  if (args[0] === '--all') return runParts(PARTS);
  if (args[0] === '--rest') return runParts(PARTS.filter(({ base }) => !base));
  const named = PARTS.filter(({ name }) => args.includes(name));
  if (named.length === args.length) return runParts(named);
  return spawnSync(process.execPath, [JEST, ...args], { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
}

process.exitCode = main(process.argv.slice(2));
