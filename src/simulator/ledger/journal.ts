import { appendFileSync, closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A file of JSON lines. A line is with the operating system before the call returns, so that `kill -9` loses nothing. */
export class Journal<Entry> {
  private readonly file: number;

  constructor(
    path: string,
    private readonly read: (entry: Entry) => void,
  ) {
    mkdirSync(dirname(path), { recursive: true });
    let torn = false;
    if (existsSync(path)) torn = this.replay(readFileSync(path, 'utf8'));
    this.file = openSync(path, 'a', 0o600);
    // A kill in mid-write leaves half a line; without this the next entry would be glued to it and lost as well.
    if (torn) appendFileSync(this.file, '\n');
  }

  append(entry: Entry): void {
    appendFileSync(this.file, `${JSON.stringify(entry)}\n`);
  }

  close(): void {
    closeSync(this.file);
  }

  /** @returns whether the last line is incomplete. */
  private replay(text: string): boolean {
    for (const line of text.split('\n')) {
      if (line === '') continue;
      let entry: Entry;
      try {
        entry = JSON.parse(line) as Entry;
      } catch {
        continue;
      }
      this.read(entry);
    }
    return text !== '' && !text.endsWith('\n');
  }
}
