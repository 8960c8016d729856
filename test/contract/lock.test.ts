/** `npm ci` on another machine, another system and behind another registry: what the lock file must hold for it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

interface Entry {
  readonly version?: string;
  readonly integrity?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const ROOT = path.join(__dirname, '../..');
const text = readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8');
const { packages } = JSON.parse(text) as { packages: Record<string, Entry> };
const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Record<string, unknown>;

/** Where Node finds `name` from the package at `from`: beside it, or in a folder above. */
function find(from: string, name: string): Entry | undefined {
  for (let folder = from; ;) {
    const entry = packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`];
    if (entry || folder === '') return entry;
    const above = folder.lastIndexOf('/node_modules/');
    folder = above < 0 ? '' : folder.slice(0, above);
  }
}

function missing(kind: 'dependencies' | 'optionalDependencies'): string[] {
  return Object.entries(packages).flatMap(([from, entry]) =>
    Object.keys(entry[kind] ?? {})
      .filter((name) => !find(from, name))
      .map((name) => `${from || 'the root'} needs ${name}`),
  );
}

test('every package that a package needs has an entry', () => {
  expect(Object.keys(packages).length).toBeGreaterThan(100);
  expect(missing('dependencies')).toEqual([]);
});

test('so has every optional one: what npm leaves out for this machine is what another machine needs', () => {
  expect(missing('optionalDependencies')).toEqual([]);
});

test('packages come from the registry that the installing machine has', () => {
  expect(text).not.toMatch(/"resolved"/);
});

test('every package is told by its hash, those of other systems too', () => {
  const unproven = Object.entries(packages).filter(
    ([at, { integrity = '' }]) => at && !/^sha512-/.test(integrity),
  );
  expect(unproven).toEqual([]);
});

test('direct dependencies are pinned to one version, the one in the lock file', () => {
  const wanted = { ...(manifest['dependencies'] as object), ...(manifest['devDependencies'] as object) };
  for (const [name, version] of Object.entries(wanted)) {
    expect([name, version]).toEqual([name, packages[`node_modules/${name}`]?.version]);
  }
});
