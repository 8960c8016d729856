import type { RecordArgs } from '../domain/activity-args';
import type { ActivityDeps } from './deps';
import { storageCall } from './storage-call';

/** Writes `reel.json` beside the video, so that the reel can be read after Temporal has forgotten the run. */
export function recordReel({ storage }: ActivityDeps) {
  return ({ record }: RecordArgs): Promise<void> => storageCall(() => storage.writeRecord(record));
}
