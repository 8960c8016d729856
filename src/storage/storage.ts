/** What the service keeps outside Temporal: a directory shared by all workers and the API (S3 can come later). */
import type { Readable } from 'node:stream';
import type { ReelHead, ReelRecord } from '../domain/reel';
import type { Tombstone } from '../domain/tombstone';
import type { CheckedVideo } from '../domain/video-check';
import type { WebhookEvent } from '../domain/webhook';
import type { Claims } from './claims/claims';
import type { CreditLedger } from './credits/credit-ledger';

/**
 * A change that has returned survives a power cut. Every member throws StorageError: `disk` on a disk fault, `not_found`
 * for an ID or a number that cannot be one.
 */
export interface Storage {
  readonly claims: Claims;
  readonly ledger: CreditLedger;

  /** Replaces `reel.json` atomically and durably. A reel that was deleted gets none. */
  writeRecord(record: ReelRecord): Promise<void>;
  /** @returns undefined when there is none. @throws StorageError when it cannot be read or is no record. */
  readRecord(reelId: string): Promise<ReelRecord | undefined>;

  /**
   * Notes an order before its run is started: owner and ceiling of the reel are taken from here. The first note stays.
   *
   * @returns the note that stands.
   */
  keepOrder(head: ReelHead): Promise<ReelHead>;
  /** @returns undefined when there is none. @throws StorageError when it cannot be read or is no order. */
  readOrder(reelId: string): Promise<ReelHead | undefined>;

  /** IDs of all reels of which anything is stored, if only a tombstone, in no order. */
  reelIds(): AsyncIterable<string>;

  /** Removes the note of an order that was surely never started. */
  dropOrder(reelId: string): Promise<void>;

  /** Notes an event for its receiver, in place of an earlier note of the same event; none for a deleted reel. */
  keepEvent(reelId: string, event: WebhookEvent): Promise<void>;
  /** @returns undefined for an event that was never noted. */
  readEvent(reelId: string, eventId: string): Promise<WebhookEvent | undefined>;

  /** Notes that a reel is to be deleted, by its client or its age: nothing is erased without it. The first note stays. */
  keepDeletion(tombstone: Tombstone): Promise<void>;
  /** @returns the tombstone to write, or the one that exists; undefined where no deletion was noted. */
  readDeletion(reelId: string): Promise<Tombstone | undefined>;

  /** Notes that a reel was deleted, for ever. The first note stays. */
  writeTombstone(tombstone: Tombstone): Promise<void>;
  /** @returns undefined for a reel that was not deleted. @throws StorageError when it cannot be read. */
  readTombstone(reelId: string): Promise<Tombstone | undefined>;
  /**
   * Removes what is kept of a reel, the record last; its claims and its tombstone stay, and the ledger. An image
   * goes with the last reel that uses it. Idempotent. The tombstone has to be there before.
   */
  eraseReel(reelId: string): Promise<void>;

  /**
   * Keeps an input image under its SHA-256, for this reel. The same bytes again are the same reference.
   *
   * @returns a reference for `ReelRequest.promptImage`: `stored:<sha256>.<png|jpg|webp>`.
   */
  saveImage(bytes: Buffer, contentType: ImageType, reelId: string): Promise<string>;
  /** Notes that a reel uses an image, so that it outlives the other reels that do. */
  useImage(reference: string, reelId: string): Promise<void>;
  /** Forgets that a reel uses an image, and removes it when no other does. */
  releaseImage(reference: string, reelId: string): Promise<void>;
  /** @throws StorageError `not_found` when the reference names nothing, or nothing undamaged. */
  readImage(reference: string): Promise<{ bytes: Buffer; contentType: ImageType }>;

  /**
   * Streams a download into a temporary file, checks it and renames it to its place. Idempotent: a file that
   * is already in its place is kept, and measured: the first complete download wins. Leaves nothing temporary
   * behind, also when it fails; leftovers of a killed process are gone when a later call for the generation
   * succeeds. No file stays of a deleted reel. Takes over `source`, and destroys it in any case.
   *
   * @throws StorageError `bad_video` when what came is damaged, no video, or larger than one may be; `no_room` before
   *   the disk is full; `disk` on a disk fault; whatever `source` rejects with is passed on.
   */
  storeVideo(args: {
    reelId: string;
    generation: number;
    source: Readable;
    /** Content-Length of the response, where there was one. */
    expectedBytes?: number;
    signal?: AbortSignal;
  }): Promise<CheckedVideo>;
  /** The file of a generation, checked and measured again; undefined when there is none or the disk damaged it. */
  findVideo(reelId: string, generation: number): Promise<CheckedVideo | undefined>;
  /** Path and size for serving the file (with Range); undefined when there is none. */
  openVideo(reelId: string, generation: number): Promise<{ path: string; bytes: number } | undefined>;

  /**
   * Takes a turn to poll the task of a generation, if it is due. All workers share the turns, so that a frozen worker and
   * its successor keep the distance, too.
   *
   * @returns 0 when the poll may go out now; else the milliseconds to wait before asking again.
   */
  takePollTurn(args: { reelId: string; generation: number; spacingMs: number }): Promise<number>;
  /** The task has ended and is not polled again. */
  forgetPolls(reelId: string, generation: number): Promise<void>;

  /** Notes that one reel was made again as another. Idempotent. */
  linkRemake(oldId: string, newId: string): Promise<void>;
  /** The reels that were made again from this one, oldest first. */
  readRemakes(reelId: string): Promise<string[]>;

  /** The key that signs video URLs: made at first use, mode 0600, shared by all API processes. */
  signingKey(): Promise<Buffer>;

  /**
   * Ends a session of the page before its time, for all API processes, also after a restart.
   *
   * @param args.id SHA-256 of the session's token, in hex.
   */
  endSession(args: { id: string; expiresAt: Date; now: Date }): Promise<void>;
  isSessionEnded(id: string): Promise<boolean>;

  /** Writes and removes a small file. @returns what this process may still write, in bytes. */
  probeDisk(): Promise<{ freeBytes: number }>;
  /** Where it is, for log lines and the start-up banner. */
  describe(): string;
}

export type ImageType = 'image/png' | 'image/jpeg' | 'image/webp';
