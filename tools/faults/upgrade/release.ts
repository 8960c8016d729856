/** The real build of an earlier release, made from this repository's history: what the upgrade test begins with. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const ROOT = path.resolve(__dirname, '../../..');
const exec = promisify(execFile);

export const RELEASE = { version: '0.1.0', commit: 'df708e0447492e01ff6287c604eddcdd039ed618' } as const;

/**
 * Made once, and kept in the cache of this user. It appears whole, by a rename: test runs that make it at the same time
 * end up with one of the results.
 *
 * @returns the folder that holds its `dist`.
 * @throws when this clone does not hold the release's commit, with the command that fetches it.
 */
export async function releaseBuild(checkout = ROOT): Promise<string> {
  const cache = path.join(process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'durable-reels');
  const folder = path.join(
    cache,
    `release-${RELEASE.version}-${RELEASE.commit.slice(0, 12)}-${process.platform}-${process.arch}`,
  );
  if (existsSync(folder)) return folder;
  await requireCommit(checkout);
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(path.join(cache, '.release-'));
  try {
    await build(checkout, work);
    await rename(path.join(work, 'tree'), folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
    return folder;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function build(checkout: string, work: string): Promise<void> {
  const tree = path.join(work, 'tree');
  const archive = path.join(work, 'tree.tar');
  await mkdir(tree);
  await exec('git', ['-C', checkout, 'archive', '--output', archive, RELEASE.commit]);
  await exec('tar', ['-xf', archive, '-C', tree]);
  const npm = (...args: string[]) => exec('npm', args, { cwd: tree, env: OUTSIDE });
  await npm('ci', '--prefer-offline', '--no-audit', '--no-fund');
  await npm('run', '--silent', 'build');
  await npm('prune', '--omit=dev', '--offline', '--no-audit', '--no-fund');
}

/** Without what npm and Jest tell their children about this checkout. */
const OUTSIDE = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_ENV$|NODE_OPTIONS$|INIT_CWD$)/.test(name)),
);

/** @throws when the clone does not hold the release's commit, with the command that fetches it. */
export async function requireCommit(checkout: string): Promise<void> {
  const { version, commit } = RELEASE;
  const git = (...args: string[]) =>
    exec('git', ['-C', checkout, ...args]).then(({ stdout }) => stdout.trim());
  try {
    await git('cat-file', '-e', `${commit}^{commit}`);
  } catch {
    const isShallow = await git('rev-parse', '--is-shallow-repository').catch(() => 'no repository');
    const cure = {
      true: `this clone is shallow. Run "git fetch --unshallow" in ${checkout}`,
      false: `this clone does not hold it. Run "git fetch origin ${commit}" in ${checkout}`,
    }[isShallow];
    throw new Error(
      `The upgrade test begins with release ${version} (commit ${commit}), and ` +
        `${cure ?? `${checkout} is no git clone. Use one that has its history`}.`,
    );
  }
}
