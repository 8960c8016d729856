/** What somebody has who has cloned it into a folder: its sources and its packages. */
import {
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../tools/stack/build';

/** What a clone holds, as far as a start needs it. */
const SOURCES = ['src', 'scripts', 'package.json', 'package-lock.json', '.npmrc', 'tsconfig.json'];

/**
 * @param parts more than the sources: `node_modules` as hard links to what `NODE_ENV=production npm ci` installs, `dist`
 *   as a copy of what is built here, with the times of the copying.
 */
export function copyCheckout(into: string, ...parts: readonly ('node_modules' | 'dist')[]): void {
  mkdirSync(into, { recursive: true });
  for (const name of SOURCES) cpSync(path.join(ROOT, name), path.join(into, name), { recursive: true });
  if (parts.includes('dist')) cpSync(path.join(ROOT, 'dist'), path.join(into, 'dist'), { recursive: true });
  if (parts.includes('node_modules')) {
    const development = developmentPackages();
    const wanted = (file: string) => path.basename(file) !== '.cache' && !development.has(file);
    linkTree(realpathSync(path.join(ROOT, 'node_modules')), path.join(into, 'node_modules'), wanted);
  }
}

/** Their folders. */
function developmentPackages(): ReadonlySet<string> {
  const lock = readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8');
  const { packages } = JSON.parse(lock) as { packages: Record<string, { dev?: boolean }> };
  const names = Object.keys(packages).filter((name) => packages[name]?.dev);
  return new Set(names.map((name) => path.join(realpathSync(ROOT), name)));
}

/** The same files under other names: hundreds of megabytes need not be copied. Both on one file system. */
export function linkTree(from: string, to: string, wanted: (file: string) => boolean = () => true): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (!wanted(source)) continue;
    if (entry.isDirectory()) linkTree(source, target, wanted);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else linkSync(source, target);
  }
}
