import type { VideoCheck } from '../domain/video-check';
import { findVideo, sizeOf } from '../media/check-video';
import { createDirectoryClaims } from './claims/directory-claims';
import { createDirectoryCreditLedger } from './credits/directory-credit-ledger';
import { createDirectoryEvents } from './reels/directory-events';
import { createDirectoryImages } from './reels/directory-images';
import { createDirectoryPolls } from './reels/directory-polls';
import { createDirectoryRemakes } from './reels/directory-remakes';
import { createDirectoryRecords } from './reels/directory-records';
import { createDirectoryTombstones } from './reels/directory-tombstones';
import { StorageError, onDisk } from '../platform/files/disk-fault';
import { DiskRoom } from '../platform/files/disk-room';
import { dropIfDeleted } from './reels/drop-if-deleted';
import { createEndedSessions } from './ended-sessions';
import { eraseReel } from './reels/erase-reel';
import { probeDisk } from '../platform/files/disk-room';
import { createPaths } from './paths';
import { createSigningKey } from './signing-key';
import type { Storage } from './storage';
import { storeVideo } from '../media/store-video';

export interface DirectoryOptions {
  readonly root: string;
  /** Checks a downloaded file. Only the worker has one: no other process ever reads such a file. */
  readonly check?: VideoCheck;
  /** The largest video that is kept, in bytes. */
  readonly videoMaxBytes?: number;
}

/** Far above any clip that a model makes: a larger file is none, and must not fill the disk. */
const VIDEO_MAX_BYTES = 500_000_000;

/**
 * Storage in a folder that all workers and the API share (laid out as in `paths.ts`). Folders are made at first use.
 * The file system must have hard links and tell the truth about `fsync`.
 */
export function createDirectoryStorage(options: DirectoryOptions): Storage {
  const { root, check = noCheck, videoMaxBytes = VIDEO_MAX_BYTES } = options;
  const paths = createPaths(root);
  const limits = { mostBytes: videoMaxBytes, room: new DiskRoom(paths.root) };
  const records = createDirectoryRecords(paths);
  const images = createDirectoryImages(paths);
  return {
    claims: createDirectoryClaims(paths),
    ledger: createDirectoryCreditLedger(paths),
    ...records,
    ...images,
    ...createDirectoryTombstones(paths),
    ...createDirectoryPolls(paths),
    ...createDirectoryRemakes(paths),
    ...createDirectoryEvents(paths),
    ...createEndedSessions(paths),

    storeVideo: async ({ reelId, generation, ...download }) => {
      const path = paths.video(reelId, generation);
      const video = await storeVideo(path, paths.root, { ...download, ...limits, check });
      await onDisk('see whether the reel is deleted', () => dropIfDeleted(paths, reelId, path));
      return video;
    },
    findVideo: async (reelId, generation) => findVideo(paths.video(reelId, generation), { check }),
    async openVideo(reelId, generation) {
      const path = paths.video(reelId, generation);
      const bytes = await sizeOf(path);
      return bytes === undefined ? undefined : { path, bytes };
    },

    eraseReel: async (reelId) => {
      const record = await records.readRecord(reelId).catch(ignoreUnreadable);
      await onDisk(`erase reel ${reelId}`, () => eraseReel(paths, reelId, record, images.releaseImage));
    },

    signingKey: createSigningKey(paths),
    probeDisk: () => probeDisk(paths.root),
    describe: () => paths.root,
  };
}

const noCheck: VideoCheck = () => Promise.reject(new Error('this process stores no videos'));

/** A damaged record counts as none: the rest of the reel is erased all the same. */
function ignoreUnreadable(error: unknown): undefined {
  if (!(error instanceof StorageError && error.code === 'bad_record')) throw error;
}
