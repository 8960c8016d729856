import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../tools/stack/build';

/**
 * Another version of Node, fetched once from the npm registry, which holds it for each system.
 *
 * @returns the folder of its `node`.
 */
export function otherNode(version: string): string {
  const folder = path.join(ROOT, 'node_modules/.cache/durable-reels', `node-${version}`);
  const name = `node-${process.platform}-${process.arch}`;
  const bin = path.join(folder, 'node_modules', name, 'bin');
  if (has(bin, 'node')) return bin;
  mkdirSync(folder, { recursive: true });
  const options = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status, stderr } = spawnSync(
    'npm',
    ['install', '--prefix', folder, ...options, `${name}@${version}`],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0 || !has(bin, 'node')) throw new Error(`no Node ${version} from the registry: ${stderr}`);
  return bin;
}

function has(folder: string, name: string): boolean {
  try {
    return readdirSync(folder).includes(name);
  } catch {
    return false;
  }
}
