import type { Backend } from './backend';

/** What stays of a deleted reel: enough to refuse its key. The client's name is that of an API key, not of a person. */
export interface Tombstone {
  readonly schemaVersion: 1;
  /** ID of the reel. */
  readonly id: string;
  readonly client: string;
  /** SHA-256 of the canonical JSON of the request. */
  readonly bodyHash: string;
  readonly deletedAt: string;
}

/** A reel that is to be erased, with what is needed to find all of it once its record is gone. */
export interface Erasure {
  readonly tombstone: Tombstone;
  /** Of the run that made it: `reel-<id>` unless it was started from another workflow or the UI, under another name. */
  readonly workflowId: string;
  /** Where its Runway tasks are. */
  readonly backend: Backend;
}

/** Names of the workflow types, for whoever starts them. */
export const ERASE_REEL = 'eraseReel';
export const SWEEP_REELS = 'sweepReels';

/** One for each reel: the first caller starts the workflow, all others join it. */
export function eraseWorkflowId(reelId: string): string {
  return `erase-${reelId}`;
}

export interface SweepArgs {
  /** How long an ended reel is kept, in milliseconds. */
  readonly retentionMs: number;
}
