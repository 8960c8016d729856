import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';

/** Files of one log: `api.log`, and before it `api.log.1` to `api.log.3`. */
export const LOG_FILES = 4;
/** Largest size of one of them. */
export const LOG_FILE_BYTES = 5 * 1024 * 1024;

const LINE_END = 0x0a;

/**
 * A log that is never larger than `LOG_FILES` × `fileBytes`. A new file begins with a new line, unless one line is longer than a
 * file. What cannot be written, because the disk is full, is left out, and the next line that can be says how much.
 */
export class RotatingLog {
  private fd: number | undefined;
  private inode = 0;
  private size = 0;
  private leftOut = 0;

  constructor(
    private readonly path: string,
    private readonly fileBytes = LOG_FILE_BYTES,
  ) {}

  /** Everything is in the file when it returns. */
  write(bytes: Buffer): void {
    for (let rest = bytes; rest.length > 0;) {
      const part = rest.subarray(0, this.fitting(rest));
      rest = rest.subarray(part.length);
      this.put(part);
    }
  }

  /** How many of these bytes belong into the current file, after a new one was begun if need be. */
  private fitting(bytes: Buffer): number {
    for (;;) {
      this.open();
      const room = this.fileBytes - this.size;
      if (bytes.length <= room) return bytes.length;
      const lines = room > 0 ? bytes.lastIndexOf(LINE_END, room - 1) + 1 : 0;
      if (lines > 0) return lines;
      if (this.size === 0) return room;
      this.rotate();
    }
  }

  private put(bytes: Buffer): void {
    try {
      if (this.fd === undefined) throw new Error('not open');
      if (this.leftOut > 0) {
        const msg = `${this.leftOut} bytes are left out here: they could not be written`;
        this.append(
          Buffer.from(
            `\n${JSON.stringify({ level: 'warn', time: new Date().toISOString(), name: 'logs', msg })}\n`,
          ),
        );
        this.leftOut = 0;
      }
      this.append(bytes);
    } catch {
      this.leftOut += bytes.length;
    }
  }

  private append(bytes: Buffer): void {
    for (let rest = bytes; rest.length > 0;) {
      const written = writeSync(this.fd ?? -1, rest);
      this.size += written;
      rest = rest.subarray(written);
    }
  }

  /** Again, when somebody has removed or renamed the file. */
  private open(): void {
    if (this.fd !== undefined) {
      if (inodeOf(this.path) === this.inode) return;
      this.close();
    }
    try {
      this.fd = openSync(this.path, 'a', 0o600);
      const { size, ino } = fstatSync(this.fd);
      this.size = size;
      this.inode = ino;
    } catch {
      this.size = 0;
    }
  }

  private close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }

  private rotate(): void {
    this.close();
    try {
      for (let nth = LOG_FILES - 1; nth > 0; nth--) {
        if (existsSync(this.file(nth - 1))) renameSync(this.file(nth - 1), this.file(nth));
      }
    } catch {
      // Losing lines is better than a file beyond its size.
      rmSync(this.path, { force: true });
    }
  }

  private file(nth: number): string {
    return fileOf(this.path, nth);
  }
}

/** Holds what an earlier version wrote, which had no bound, to the size of a log; the end is kept. */
export function boundLog(path: string, fileBytes = LOG_FILE_BYTES): void {
  for (let nth = 0; nth < LOG_FILES; nth++) cutToEnd(fileOf(path, nth), fileBytes);
}

function fileOf(path: string, nth: number): string {
  return nth === 0 ? path : `${path}.${nth}`;
}

function cutToEnd(path: string, bytes: number): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= bytes) return;
  const end = Buffer.alloc(bytes);
  const fd = openSync(path, 'r');
  try {
    const read = readSync(fd, end, 0, bytes, size - bytes);
    writeFileSync(`${path}.part`, end.subarray(end.indexOf(LINE_END) + 1, read), { mode: 0o600 });
  } finally {
    closeSync(fd);
  }
  renameSync(`${path}.part`, path);
}

/** Undefined for a file that is not there, or cannot be reached. */
function inodeOf(path: string): number | undefined {
  try {
    return statSync(path).ino;
  } catch {
    return undefined;
  }
}
