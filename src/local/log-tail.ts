import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const LOOK_EVERY_MS = 150;
const CHUNK = 64 * 1024;

/**
 * Follows a log file that another process appends to. Children write their logs into files themselves, not
 * through a pipe: so a killed supervisor neither breaks their writes nor loses the last lines.
 */
export class LogTail {
  private readonly fd: number;
  private readonly timer: NodeJS.Timeout;
  private readonly decoder = new StringDecoder('utf8');
  private readonly buffer = Buffer.alloc(CHUNK);
  private offset: number;
  private rest = '';

  /** Tells `onLine` every line that is written from now on. */
  constructor(
    path: string,
    private readonly onLine: (line: string) => void,
  ) {
    this.fd = openSync(path, 'r');
    this.offset = statSync(path).size;
    this.timer = setInterval(() => this.read(), LOOK_EVERY_MS);
  }

  /** Reads what is there now. */
  read(): void {
    for (;;) {
      const bytes = readSync(this.fd, this.buffer, 0, CHUNK, this.offset);
      if (bytes === 0) return;
      this.offset += bytes;
      const lines = (this.rest + this.decoder.write(this.buffer.subarray(0, bytes))).split('\n');
      this.rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim()) this.onLine(line);
    }
  }

  close(): void {
    clearInterval(this.timer);
    this.read();
    closeSync(this.fd);
  }
}
