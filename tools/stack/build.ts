/** What is run: the sources, the build, and copies of it. Another build of a worker, or one with a bug in it, runs beside the right one. */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(__dirname, '../..');

/** What is changed in a copy. */
export interface Change {
  /** Below dist, such as `runway/runway.js`. */
  readonly file: string;
  readonly find: string | RegExp;
  readonly replace: string;
}

/** Each of its steps then replays the whole history, and any worker may take it. */
export const KEEPS_NO_WORKFLOW: Change = {
  file: 'worker/create-workers.js',
  find: 'maxCachedWorkflows: MAX_CACHED',
  replace: 'maxCachedWorkflows: 0',
};

/**
 * @param from the checkout whose build is copied.
 * @returns the folder that holds `dist`.
 * @throws when a change finds nothing: the bug would not be there.
 */
export function copyBuild(into: string, changes: readonly Change[] = [], from = ROOT): string {
  mkdirSync(into, { recursive: true });
  cpSync(path.join(from, 'dist'), path.join(into, 'dist'), { recursive: true });
  cpSync(path.join(from, 'package.json'), path.join(into, 'package.json'));
  symlinkSync(path.join(from, 'node_modules'), path.join(into, 'node_modules'));
  for (const change of changes) {
    const at = path.join(into, 'dist', change.file);
    writeFileSync(at, changed(readFileSync(at, 'utf8'), change));
  }
  return into;
}

/** @throws when the change finds nothing: the bug would not be there. */
export function changed(built: string, { file, find, replace }: Change): string {
  const after = built.replace(find, replace);
  if (after === built) throw new Error(`${file} has nothing like ${String(find)}`);
  return after;
}

/** What a process of the service runs: `main` is `api`, `worker` or `resume`. */
export function commandOf(build: string, main: string): [program: string, file: string] {
  return [process.execPath, path.join(build, 'dist', main, 'main.js')];
}

/** For `node --require`: processes then run the sources as they stand. */
export const TYPESCRIPT = require.resolve('../typescript.js');

/** The same as it stands in the sources: it needs no build. */
export function sourceOf(main: string): [program: string, ...args: string[]] {
  return [process.execPath, '--require', TYPESCRIPT, path.join(ROOT, `src/${main}/main.ts`)];
}
