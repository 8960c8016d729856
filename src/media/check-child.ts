/**
 * The process that reads a file from outside (`video-check.ts` starts it). It may be stopped at any moment by its bounds.
 * It writes one line of JSON: facts of the file, never what the file itself holds.
 */
import { open } from 'node:fs/promises';
import { DamagedVideo, readContainer } from './container';
import { cutText } from '../contract/text';
import { decode } from './decode';
import { readStructure } from './structure';
import type { CheckAnswer, CheckRequest } from './video-check';

// Its input ends when the process that asked is gone: nobody waits for the answer any more.
process.stdin.on('end', () => process.kill(-process.pid, 'SIGKILL')).resume();

async function check({ path, ffmpeg }: CheckRequest): Promise<CheckAnswer> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const container = await readContainer(file, size);
      return await (ffmpeg ? decode(path, container, ffmpeg) : readStructure(file, size, container));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof DamagedVideo) return { kind: 'damaged', words: cutText(error.message, 300) };
    const { code } = error as NodeJS.ErrnoException;
    if (code !== undefined && /^E[A-Z0-9]+$/.test(code)) return { kind: 'unreadable', code };
    throw error;
  }
}

void check(JSON.parse(process.argv[2] ?? '{}') as CheckRequest).then((answer) => {
  process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
});
