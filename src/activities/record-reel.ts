import type { RecordArgs } from '../domain/activity-args';
import type { ActivityDeps } from './deps';
import { storageCall } from './storage-call';

/** Writes `reel.json` beside the video, so that the reel can be read after Temporal has forgotten the run. */
export function recordReel({ storage }: ActivityDeps) {
  return ({ record, replace }: RecordArgs): Promise<void> =>
    storageCall(async () => {
      if (!replace && (await storage.readRecord(record.head.id))) return;
      await storage.writeRecord(record);
    });
}
