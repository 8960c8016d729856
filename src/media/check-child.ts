/**
 * The process that reads a downloaded file (`video-check.ts` starts it). Its bounds may end it at any moment. It writes one
 * line of JSON: facts about the file, never its contents.
 */
import { open } from 'node:fs/promises';
import { DamagedVideo, readContainer } from './containers/container';
import { cutText } from '../contract/text';
import { decode } from './decode';
import { readStructure } from './structure';
import type { CheckAnswer, CheckRequest } from './video-check';

// Its input ends when its parent is gone: the answer is not needed any more.
process.stdin.on('end', () => process.kill(-process.pid, 'SIGKILL')).resume();

async function check({ path, ffmpeg }: CheckRequest): Promise<CheckAnswer> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const container = await readContainer(file, size);
      const structure = () => readStructure(file, size, container);
      return await (ffmpeg ? decode(path, container, ffmpeg, structure) : structure());
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
