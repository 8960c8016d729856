import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const POLL_EVERY_MS = 150;
const CHUNK = 64 * 1024;

/**
 * Follows a log file that another process writes and rotates. What was rotated away between two polls is left out.
 */
export class LogTail {
  private readonly timer: NodeJS.Timeout;
  private readonly decoder = new StringDecoder('utf8');
  private readonly buffer = Buffer.alloc(CHUNK);
  private fd: number;
  private offset: number;
  private rest = '';

  /** @param onLine called with every line that is written from now on. */
  constructor(
    private readonly path: string,
    private readonly onLine: (line: string) => void,
  ) {
    this.fd = openSync(path, 'a+', 0o600);
    this.offset = fstatSync(this.fd).size;
    this.timer = setInterval(() => this.read(), POLL_EVERY_MS);
  }

  /** Reads what is there now. */
  read(): void {
    do this.readFile();
    while (this.turnToNext());
  }

  close(): void {
    clearInterval(this.timer);
    this.read();
    closeSync(this.fd);
  }

  private readFile(): void {
    for (;;) {
      const bytes = readSync(this.fd, this.buffer, 0, CHUNK, this.offset);
      if (bytes === 0) return;
      this.offset += bytes;
      const lines = (this.rest + this.decoder.write(this.buffer.subarray(0, bytes))).split('\n');
      this.rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim()) this.onLine(line);
    }
  }

  /** Whether there is another file by now; the one before is read to its end, nothing is added to it any more. */
  private turnToNext(): boolean {
    const next = statSync(this.path, { throwIfNoEntry: false });
    if (next === undefined || next.ino === fstatSync(this.fd).ino) return false;
    this.readFile();
    closeSync(this.fd);
    this.fd = openSync(this.path, 'a+', 0o600);
    this.offset = 0;
    return true;
  }
}
