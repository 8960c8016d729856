import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Undoes what this process has begun, however it ends: by a time limit, a Ctrl-C or an error. */
const pending = new Set<() => void>();

process.once('exit', () => {
  for (const undo of [...pending].reverse()) undo();
});

/** @returns a function that takes `undo` back. It must not wait: it runs while the process exits. */
export function atExit(undo: () => void): () => void {
  pending.add(undo);
  return () => pending.delete(undo);
}

/** A folder that is gone when this process has ended. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `reels-${name}-`));
  // Whoever was killed a moment ago may still be writing.
  atExit(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}
