#!/usr/bin/env node
/** The `durable-reels` command. */
import { runCli } from './program';
import { createTerminal } from './terminal';

// `durable-reels list | head -1`: the reader has what it wants, which is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

const terminal = createTerminal(process.stdout, process.stderr, process.env);
runCli(process.argv.slice(2), { terminal, env: process.env }).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
