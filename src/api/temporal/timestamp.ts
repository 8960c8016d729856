import type { google } from '@temporalio/proto';

/** A time of Temporal's API in Unix milliseconds. */
export function msOf({ seconds, nanos }: google.protobuf.ITimestamp): number {
  return (seconds?.toNumber() ?? 0) * 1_000 + Math.floor((nanos ?? 0) / 1_000_000);
}
