import { link, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { CliError } from '../cli-error';
import { EXIT } from '../exit-code';

/** Where a file is to go: its exact place, or a folder in which it takes the name that the service gives it. */
export interface FileTarget {
  readonly folder: string;
  readonly name?: string;
  readonly force: boolean;
}

/**
 * Understands `--output`, before anything is spent.
 *
 * @throws CliError when there is no such folder, or the file is there and must not be replaced
 */
export async function fileTarget(output: string | undefined, force: boolean): Promise<FileTarget> {
  if (output === undefined) return { folder: '.', force };
  const found = await stat(output).catch(() => undefined);
  if (found?.isDirectory()) return { folder: output, force };
  if (/[/\\]$/.test(output)) throw noFolder(output);
  const { dir: folder, base: name } = path.parse(path.resolve(output));
  if (found && !force) throw isThere(output);
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) throw noFolder(folder);
  return { folder, name, force };
}

/** What is written first, so that nobody ever finds half a file under the final name. */
export function partPath({ folder }: FileTarget, name: string): string {
  return path.join(folder, `.${name}.${process.pid}.part`);
}

/**
 * Gives a finished part its name. Where nobody chose that name and it is taken, the next free one: `reel-2.mp4`.
 *
 * @throws CliError when the chosen name was taken in the meantime
 */
export async function placeFile(part: string, target: FileTarget, name: string): Promise<string> {
  const { dir, name: stem, ext } = path.parse(path.join(target.folder, name));
  for (let number = 1; ; number += 1) {
    const place = path.join(dir, number === 1 ? stem + ext : `${stem}-${number}${ext}`);
    if (target.force) {
      await rename(part, place);
      return place;
    }
    if (await takeName(part, place)) return place;
    if (target.name !== undefined) throw isThere(place);
  }
}

/** By a link, as a rename would replace what is there. @returns false when the name is taken. */
async function takeName(part: string, place: string): Promise<boolean> {
  try {
    await link(part, place);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // File systems of memory cards have no links.
    if (await stat(place).catch(() => undefined)) return false;
    await rename(part, place);
    return true;
  }
  await rm(part, { force: true });
  return true;
}

function isThere(place: string): CliError {
  return new CliError(`${place} is there already.`, EXIT.refused, {
    cure: 'Add --force to replace it, or choose another --output.',
  });
}

function noFolder(folder: string): CliError {
  return new CliError(`There is no folder ${folder}.`, EXIT.refused, {
    cure: 'Make it first, or choose another --output.',
  });
}
