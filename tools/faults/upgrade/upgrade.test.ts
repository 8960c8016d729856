/**
 * A few cells of the upgrade test: the real build of release 0.1.0 is stopped at a step of a reel, and today's build
 * goes on. `npm run faults -- --upgrade` runs all of them.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { copyBuild } from '../../stack/build';
import { RELEASE, releaseBuild, requireCommit } from './release';
import { nameOf, runCell } from '../cells/run-cell';
import { Stack } from '../stack';
import { UPGRADE_SETTINGS, upgradeCells } from './upgrade';

const CHOSEN = [
  '0.1.0: kill -9, and today’s goes on · POST under way, then adopt',
  '0.1.0: kill -9, and today’s goes on · between polls',
  '0.1.0: kill -9, and today’s goes on · waiting_to_retry',
  '0.1.0: kill -9, and today’s goes on · webhook pending',
  '0.1.0 and Temporal: kill -9, and today’s goes on · download half way',
  'rolling: today’s worker beside that of 0.1.0, which then ends; then the API · submit scheduled',
];

let release: string;
let stack: Stack;

// The release is built at the first run.
beforeAll(async () => {
  release = await releaseBuild();
  stack = await Stack.start({ build: release, settings: UPGRADE_SETTINGS });
}, 900_000);

afterAll(async () => stack?.stop());

test.each(CHOSEN)('%s', async (name) => {
  const { hit, violations } = await runCell(stack, cellNamed(name));
  expect({ hit, violations }).toEqual({ hit: true, violations: [] });
});

test('a build that does not find the claims of 0.1.0 pays twice, and is caught', async () => {
  stack.build = copyBuild(path.join(stack.folder, 'forgetful'), [
    { file: 'storage/from-0.1/old-reels.js', find: /'claims'/, replace: "'other'" },
  ]);
  const { violations } = await runCell(stack, cellNamed(CHOSEN[0] ?? ''));
  expect(violations.map(({ invariant }) => invariant)).toContain('one task');
});

test('a clone without the release says how to get it', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'reels-clone-'));
  try {
    execFileSync('git', ['init', '--quiet', folder]);
    await expect(requireCommit(folder)).rejects.toThrow(`git fetch origin ${RELEASE.commit}`);
  } finally {
    await rm(folder, { recursive: true });
  }
});

function cellNamed(name: string) {
  const cell = upgradeCells(release).find((each) => nameOf(each) === name);
  if (!cell) throw new Error(`no cell ${name}`);
  return cell;
}
