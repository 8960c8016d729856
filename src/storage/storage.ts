/** What the service keeps outside Temporal: facts in a database, videos and images in a folder. */
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { type Database, openDatabase } from '../database/database';
import type { DatabasePlace } from '../database/open-sql';
import { checkedId } from '../database/reel-id';
import { imageOf } from '../database/reels';
import { printable } from '../contract/text';
import type { CheckedVideo, VideoCheck } from '../domain/video-check';
import { findVideo, sizeOf } from '../media/check-video';
import { imageName, type ImageType, putImage, readImage, removeImage } from '../media/images';
import { mediaPaths } from '../media/media-paths';
import { storeVideo } from '../media/store-video';
import { StorageError, ifPresent, onDisk } from '../platform/files/disk-fault';
import { DiskRoom, probeDisk } from '../platform/files/disk-room';
import { syncFolder } from '../platform/files/folders';
import type { MachineStart } from '../platform/machine-start';
import { eraseKept, requireDatabase, takeOverOldFiles } from './from-0.1/take-over';

/** Members of Reels that are parts of one here. */
type Parts = 'useImage' | 'releaseImage' | 'isImageUsed' | 'eraseNotes' | 'eraseRecord' | 'place' | 'change';

/**
 * A change that has returned survives a power cut. Every member throws StorageError: `disk` on a fault of the disk or the
 * database, `not_found` for an ID or a number that cannot be one.
 */
export interface Storage extends Omit<Database, Parts> {
  /**
   * Removes what is kept of a reel, the record last; its claims and its tombstone stay, and what it cost. An image goes with
   * the last reel that uses it. Idempotent. The tombstone has to be there before.
   */
  eraseReel(reelId: string): Promise<void>;

  /**
   * What an input image will be called: a reference for `ReelRequest.promptImage`, `stored:<sha256>.<png|jpg|webp>`. The same
   * bytes again are the same reference.
   */
  imageReference(bytes: Buffer, contentType: ImageType): string;
  /** Keeps an input image, for this reel. @returns its reference. */
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

  /** Asks the database, writes and removes a small file. @returns what this process may still write, in bytes. */
  probeDisk(): Promise<{ freeBytes: number }>;
  /** Where it is, for log lines and the start-up banner. */
  describe(): string;
}

export interface StorageOptions {
  /** The folder of videos and images, and of the database where no other one is named. Made at first use. */
  readonly root: string;
  /** `postgres://…` */
  readonly databaseUrl?: string;
  /** Checks a downloaded file. Only the worker has one: no other process ever reads such a file. */
  readonly check?: VideoCheck;
  /** The largest video that is kept, in bytes. */
  readonly videoMaxBytes?: number;
  /** Tells when this machine was started, by its clock. */
  readonly machineStart?: () => MachineStart | undefined;
  /** Tells people what was moved here from 0.1.0; on standard error, where it is not given. */
  readonly say?: (line: string) => void;
}

/** Far above any clip that a model makes: a larger file is none, and must not fill the disk. */
const VIDEO_MAX_BYTES = 500_000_000;

/** Where the facts about the reels of a root are. */
export function databasePlace({ root, databaseUrl }: StorageOptions): DatabasePlace {
  const paths = mediaPaths(root);
  if (databaseUrl === undefined) return { file: join(paths.root, DATABASE_FILE) };
  return {
    url: databaseUrl,
    schema: `durable_reels_${paths.root.endsWith('simulated') ? 'simulated' : 'runway'}`,
  };
}

/** In the root of the storage; beside it, while it is open, SQLite's log. */
export const DATABASE_FILE = 'reels.db';

/** @throws DatabaseError, with a line for people, when the database must not be used. */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const { check = noCheck, videoMaxBytes = VIDEO_MAX_BYTES } = options;
  const paths = mediaPaths(options.root);
  const limits = { mostBytes: videoMaxBytes, room: new DiskRoom(paths.root) };
  const database = await openWithOldFiles(options);
  const nameOf = (reference: string) => imageOf(reference) ?? '';

  async function releaseImage(reference: string, reelId: string): Promise<void> {
    const name = nameOf(reference);
    paths.image(name);
    await database.releaseImage(name, reelId);
    await removeImage(paths, name, reelId, () => database.isImageUsed(name));
  }

  return {
    ...database,

    imageReference: (bytes, contentType) => `stored:${imageName(bytes, contentType)}`,
    async saveImage(bytes, contentType, reelId) {
      const name = imageName(bytes, contentType);
      // Before the image: whoever removes one looks for uses after taking it away.
      await database.useImage(name, reelId);
      await putImage(paths, name, bytes);
      return `stored:${name}`;
    },
    async useImage(reference, reelId) {
      const name = nameOf(reference);
      paths.image(name);
      await database.useImage(name, reelId);
    },
    releaseImage,
    readImage: (reference) => readImage(paths, nameOf(reference)),

    async storeVideo({ reelId, generation, ...download }) {
      const path = paths.video(reelId, generation);
      const video = await storeVideo(path, paths.root, { ...download, ...limits, check });
      // After the write: a deletion writes the tombstone first and removes the files last, so that one of the two sees the other.
      if (await database.readTombstone(reelId))
        await onDisk('remove the video', () => rm(path, { force: true }));
      return video;
    },
    findVideo: async (reelId, generation) => findVideo(paths.video(reelId, generation), { check }),
    async openVideo(reelId, generation) {
      const path = paths.video(reelId, generation);
      const bytes = await sizeOf(path);
      return bytes === undefined ? undefined : { path, bytes };
    },

    async eraseReel(reelId) {
      const record = await database.readRecord(checkedId(reelId)).catch(ignoreUnreadable);
      const { promptImage } = record?.head.request ?? {};
      if (imageOf(promptImage) !== undefined) await releaseImage(promptImage ?? '', reelId);
      const folder = paths.reel(reelId);
      await onDisk(`erase the videos of reel ${reelId}`, async () => {
        await rm(folder, { recursive: true, force: true });
        await ifPresent(syncFolder(dirname(folder)));
      });
      await onDisk(`erase the files of 0.1.0 of reel ${reelId}`, () => eraseKept(paths.root, reelId));
      await database.eraseNotes(reelId);
      await database.eraseRecord(reelId);
    },

    async probeDisk() {
      await database.probeDatabase();
      return probeDisk(paths.root);
    },
    describe: () => (options.databaseUrl === undefined ? paths.root : `${paths.root}, ${database.place}`),
  };
}

/** Files of 0.1.0 are never passed over: whoever opens the database has them in it. */
async function openWithOldFiles(options: StorageOptions): Promise<Database> {
  const {
    say = (line: string) =>
      void process.stderr.write(`${printable(line)}
`),
  } = options;
  const { root } = mediaPaths(options.root);
  const place = databasePlace(options);
  requireDatabase(root, 'file' in place ? place.file : undefined);
  const database = await openDatabase(place, options.machineStart);
  try {
    await takeOverOldFiles(root, database, say);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

const noCheck: VideoCheck = () => Promise.reject(new Error('this process stores no videos'));

/** A damaged record counts as none: the rest of the reel is erased all the same. */
function ignoreUnreadable(error: unknown): undefined {
  if (!(error instanceof StorageError && error.code === 'bad_record')) throw error;
}
