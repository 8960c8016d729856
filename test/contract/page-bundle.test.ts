/** What comes into the browser: the page, the plain half of the contract, Preact, and nothing else. */
import { type BuildOptions, buildSync } from 'esbuild';

const { OPTIONS } = jest.requireActual<{ OPTIONS: BuildOptions }>('../../scripts/build-web.js');

/** Modules of the bundle, by their path from src/web. */
function modulesOf(options: BuildOptions): string[] {
  return Object.keys(buildSync({ ...options, metafile: true }).metafile?.inputs ?? {});
}

const OURS = /^(?:[\w-]+\/)*[\w-]+\.(?:tsx?|css)$|^\.\.\/contract\/[\w-]+\.ts$/;
const PREACT = /^(?:\.\.\/)+node_modules\/preact\//;
const strangersIn = (modules: string[]) =>
  modules.filter((module) => !OURS.test(module) && !PREACT.test(module));

test('the page holds its own code and the plain half of the contract, and no zod', () => {
  const modules = modulesOf(OPTIONS);
  expect(modules).toEqual(expect.arrayContaining(['main.tsx', '../contract/text.ts']));
  expect(strangersIn(modules)).toEqual([]);
});

test('a schema in the page would be seen', () => {
  const contents = "import { reel } from '../contract/schemas/reel'; console.log(reel);";
  const stdin = { contents, resolveDir: OPTIONS.absWorkingDir ?? '' };
  const strangers = strangersIn(modulesOf({ ...OPTIONS, entryPoints: undefined, stdin }));
  expect(strangers).toContain('../contract/schemas/reel.ts');
  expect(strangers).toContainEqual(expect.stringMatching(/node_modules\/zod\//));
});
