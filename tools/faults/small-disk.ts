import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { hasCode } from '../../src/platform/files/disk-fault';

const SIZE = '64m';
const FILLER = 'filler';

/** A disk of its own for a folder, small enough to be filled. */
export class SmallDisk {
  private readonly filler: string;
  private readonly unmountAtExit = (): void => this.unmount();

  /** @throws when this user may not mount: nothing else fills a disk for one folder alone. */
  constructor(private readonly folder: string) {
    const { status, stderr, error } = spawnSync(
      'mount',
      ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'small-disk', folder],
      { encoding: 'utf8' },
    );
    if (status !== 0) {
      const why = error?.message ?? stderr.trim();
      throw new Error(
        `A disk cannot be filled here, because this user may not mount one (as root it works): ${why}`,
      );
    }
    this.filler = path.join(folder, FILLER);
    process.once('exit', this.unmountAtExit);
  }

  fill(): void {
    const file = openSync(this.filler, 'w');
    try {
      for (const block of [Buffer.alloc(1 << 20), Buffer.alloc(1 << 12)]) while (writes(file, block));
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.filler, { force: true });
  }

  unmount(): void {
    process.off('exit', this.unmountAtExit);
    spawnSync('umount', ['-l', this.folder]);
  }
}

function writes(file: number, block: Buffer): boolean {
  try {
    return writeSync(file, block) === block.length;
  } catch (error) {
    if (hasCode(error, 'ENOSPC')) return false;
    throw error;
  }
}
