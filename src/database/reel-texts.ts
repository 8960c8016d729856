/** Orders and records, as they stand in the database. */
import { z } from 'zod';
import { REEL_STATUSES } from '../contract/reel';
import type { ReelHead, ReelRecord } from '../domain/reel';
import { StorageError } from '../platform/files/disk-fault';
import { parseJson } from './json';

const headShape = z.looseObject({
  schemaVersion: z.literal(1),
  id: z.string(),
  client: z.string(),
  bodyHash: z.string(),
});

/** Enough to distinguish a record from another reel's and another version's. */
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

export function parseOrder(text: string, reelId: string): ReelHead {
  const { data } = headShape.safeParse(parseJson(text));
  if (data?.id === reelId) return data as unknown as ReelHead;
  throw new StorageError('bad_record', `The order of reel ${reelId} is no order of version 1.`);
}

export function parseRecord(text: string, reelId: string): ReelRecord {
  const { data, error } = recordShape.safeParse(parseJson(text));
  if (error || data.head.id !== reelId) {
    const reason = error ? z.prettifyError(error) : `it belongs to reel ${data.head.id}`;
    throw new StorageError('bad_record', `The record of reel ${reelId} is no record of version 1: ${reason}`);
  }
  // Only what identifies a record was checked; the rest is as this service wrote it.
  return data as unknown as ReelRecord;
}
