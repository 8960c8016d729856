#!/usr/bin/env node
/** The `durable-reels` command. */
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { inspect } from 'node:util';
import { printable } from '../contract/text';
import { runCli } from './program';
import { createTerminal } from './terminal';

// `durable-reels list | head -1`: the reader has what it wants, which is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // Ctrl-C and Ctrl-D close it without an answer.
    return await Promise.race([lines.question(question), once(lines, 'close').then(() => '')]);
  } finally {
    lines.close();
  }
}

function onInterrupt(listener: () => void): () => void {
  process.once('SIGINT', listener).once('SIGTERM', listener);
  return () => process.off('SIGINT', listener).off('SIGTERM', listener);
}

runCli(process.argv.slice(2), {
  terminal: createTerminal(process.stdout, process.stderr, process.env),
  env: process.env,
  input: process.stdin,
  onInterrupt,
  ...(process.stdin.isTTY && process.stderr.isTTY && { ask }),
}).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(printable(inspect(error)));
    process.exitCode = 1;
  },
);
