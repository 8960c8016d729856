'use strict';
/**
 * test/known-to-fail.json: tests that are known to fail now and then, `{ file, test, since, cause }`, `since` as
 * `2026-11-30`, `cause` what is known of it. Only these may run a second time, and not for long: a failure that comes now
 * and then is a bug, in the test or in the product.
 */
const { readFileSync } = require('node:fs');
const path = require('node:path');

const LIST = path.join(__dirname, '../test/known-to-fail.json');
const LONGEST_MS = 14 * 24 * 3600 * 1000;

/** @throws Error when an entry lacks a field, or its date is none */
function readKnown(text = readFileSync(LIST, 'utf8')) {
  const known = JSON.parse(text);
  for (const entry of known) {
    for (const field of ['file', 'test', 'since', 'cause'])
      if (typeof entry[field] !== 'string' || entry[field] === '')
        throw new Error(`test/known-to-fail.json: \`${field}\` is missing in ${JSON.stringify(entry)}`);
    if (Number.isNaN(Date.parse(entry.since)))
      throw new Error(`test/known-to-fail.json: \`since\` is no date in ${JSON.stringify(entry)}`);
  }
  return known;
}

/** The failures that are not in the list. */
const unknown = (failures, known) =>
  failures.filter(({ file, test }) => !known.some((entry) => entry.file === file && entry.test === test));

/** Entries that have stood for more than 14 days, as failures. */
const overdue = (known, now) =>
  known
    .filter(({ since }) => now.getTime() - Date.parse(since) > LONGEST_MS)
    .map(({ file, test, since }) => ({ file, test: `${test} (known to fail since ${since}: mend it)` }));

module.exports = { overdue, readKnown, unknown };
