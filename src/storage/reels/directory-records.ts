import { opendir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { REEL_ID_PATTERN, REEL_STATUSES } from '../../contract/reel';
import type { ReelHead, ReelRecord } from '../../domain/reel';
import { createFile, replaceFile } from '../../platform/files/atomic-file';
import { StorageError, ifPresent, onDisk } from '../../platform/files/disk-fault';
import { dropIfDeleted } from './drop-if-deleted';
import { prepareFolder, syncFolder } from '../../platform/files/folders';
import type { Paths } from '../paths';
import type { Storage } from '../storage';

const headShape = z.looseObject({
  schemaVersion: z.literal(1),
  id: z.string(),
  client: z.string(),
  bodyHash: z.string(),
});

/** Enough to distinguish a record from another file, another reel's and another version's. */
const recordShape = z.looseObject({
  schemaVersion: z.literal(1),
  workflowId: z.string(),
  head: headShape,
  state: z.looseObject({
    schemaVersion: z.literal(1),
    status: z.enum(REEL_STATUSES),
    generations: z.array(z.looseObject({ number: z.number() })),
    credits: z.looseObject({ charged: z.number(), uncertain: z.number() }),
  }),
});

/** `reel.json` and, before it, `order.json`: one for each reel. */
export function createDirectoryRecords(
  paths: Paths,
): Pick<Storage, 'writeRecord' | 'readRecord' | 'keepOrder' | 'readOrder' | 'dropOrder' | 'reelIds'> {
  async function readOrder(reelId: string): Promise<ReelHead | undefined> {
    const path = paths.order(reelId);
    const text = await onDisk(`read the order of reel ${reelId}`, () => ifPresent(readFile(path, 'utf8')));
    if (text === undefined) return undefined;
    const { data } = headShape.safeParse(parseJson(text));
    if (data?.id === reelId) return data as unknown as ReelHead;
    throw new StorageError('bad_record', `order.json of reel ${reelId} is no order of version 1`);
  }

  return {
    async writeRecord(record) {
      const path = paths.record(record.head.id);
      await onDisk(`keep the record of reel ${record.head.id}`, async () => {
        await prepareFolder(dirname(path), paths.root);
        await replaceFile(path, `${JSON.stringify(record, null, 2)}\n`);
        await dropIfDeleted(paths, record.head.id, path);
      });
    },

    async readRecord(reelId) {
      const path = paths.record(reelId);
      const text = await onDisk(`read the record of reel ${reelId}`, () => ifPresent(readFile(path, 'utf8')));
      return text === undefined ? undefined : parseRecord(text, reelId);
    },

    async keepOrder(head) {
      const path = paths.order(head.id);
      await onDisk(`keep the order of reel ${head.id}`, async () => {
        await prepareFolder(dirname(path), paths.root);
        await createFile(path, `${JSON.stringify(head)}\n`);
        await syncFolder(dirname(path));
        await dropIfDeleted(paths, head.id, path);
      });
      return (await readOrder(head.id)) ?? head;
    },

    readOrder,

    async dropOrder(reelId) {
      await onDisk(`drop the order of reel ${reelId}`, () => rm(paths.order(reelId), { force: true }));
    },

    async *reelIds() {
      const folder = await onDisk('list the reels', () => ifPresent(opendir(paths.reels)));
      for await (const { name } of folder ?? []) if (REEL_ID_PATTERN.test(name)) yield name;
    },
  };
}

function parseRecord(text: string, reelId: string): ReelRecord {
  const { data, error } = recordShape.safeParse(parseJson(text));
  if (error || data.head.id !== reelId) {
    const reason = error ? z.prettifyError(error) : `it belongs to reel ${data.head.id}`;
    throw new StorageError('bad_record', `reel.json of reel ${reelId} is no record of version 1: ${reason}`);
  }
  // Only what identifies a record was checked; the rest is as this service wrote it.
  return data as unknown as ReelRecord;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
