/** The bugs that the tests of tests plant still fit the code: those tests run for minutes, and elsewhere. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { changed, KEEPS_NO_WORKFLOW } from '../../tools/stack/build';
import { LOGGED_KEY, MUTANTS } from '../../tools/faults/auditor/mutants';

interface Bug {
  readonly about: string;
  readonly file: string;
}

const { BUGS, withBug } = jest.requireActual<{
  BUGS: readonly Bug[];
  withBug: (sound: string, bug: Bug) => string;
}>('../../tools/mutations/planted-bugs');

const ROOT = path.resolve(__dirname, '../..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

test.each(BUGS)('tools/mutations: $about', (bug) => {
  const sound = read(bug.file);
  expect(withBug(sound, bug)).not.toBe(sound);
});

test('tools/faults: all bugs of one build, one after the other', () => {
  const built = new Map<string, string>();
  for (const change of [...MUTANTS.flatMap(({ changes }) => changes), LOGGED_KEY, KEEPS_NO_WORKFLOW]) {
    const before = built.get(change.file) ?? read(path.join('dist', change.file));
    built.set(change.file, changed(before, change));
  }
});
