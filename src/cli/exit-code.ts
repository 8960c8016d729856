/** What a command ends with: scripts decide by it. */
export const EXIT = {
  done: 0,
  failed: 1,
  /** A wrong command line, or the service said no. Nothing was spent. */
  refused: 2,
  /** The reel is still being made, and goes on by itself. */
  working: 3,
  needsDecision: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
