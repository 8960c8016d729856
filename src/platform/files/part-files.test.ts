import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { partPathOf, removeParts } from './part-files';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parts-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A part as another process on this machine names it. */
async function makePart(pid: number) {
  const own = partPathOf(join(folder, 'reel.json'));
  const part = own.replace(/-\d+-[0-9a-f]{8}-/, `-${pid}-00000000-`);
  await writeFile(part, 'half');
  return basename(part);
}

test('parts of a process that is gone are removed at once, those of living ones stay', async () => {
  const dead = spawnSync(process.execPath, ['--version']).pid;
  await makePart(dead);
  const living = await makePart(process.ppid);
  const own = basename(partPathOf(join(folder, 'reel.json')));
  await writeFile(join(folder, own), 'half');

  await removeParts(folder);
  expect((await readdir(folder)).sort()).toEqual([living, own].sort());
});

test('a container starts with the same process ID each time: an earlier start is gone, too', async () => {
  await makePart(process.pid);
  await removeParts(folder);
  await expect(readdir(folder)).resolves.toEqual([]);
});
