import { AsyncLocalStorage } from 'node:async_hooks';
import { type Client, ServiceError } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import type { RequestHandler } from 'express';
import { Problem } from './problem';

/** Most time for one call to Temporal, and for all calls of one request together: it answers within 15 s. */
const CALL_MS = 6_000;
const REQUEST_MS = 13_000;

/** gRPC codes that say nothing about the request: no connection, no time, too busy, not let in. */
const UNREACHABLE = new Set([1, 2, 4, 7, 8, 10, 13, 14, 15, 16]);

/** Temporal could not be asked, or did not answer in time. */
export class TemporalUnreachable extends Problem {
  constructor(detail: string, cause?: unknown, members?: Readonly<Record<string, unknown>>) {
    super(503, 'temporal_unreachable', 'The workflow server cannot be reached', detail, {
      headers: { 'Retry-After': '5' },
      cause,
      members,
    });
  }
}

const deadlines = new AsyncLocalStorage<number>();

/** Bounds all calls to Temporal that a request makes. */
export const boundTemporalCalls: RequestHandler = (_req, _res, next) => {
  deadlines.run(Date.now() + REQUEST_MS, next);
};

/** For work that goes on after the request that began it: each call is still bounded. */
export function withoutRequestDeadline<T>(work: () => T): T {
  return deadlines.exit(work);
}

/**
 * Makes a call to Temporal that never hangs.
 *
 * @param detail what is true for the caller when Temporal cannot be reached.
 * @throws TemporalUnreachable; every other error as the SDK throws it.
 */
export async function callTemporal<T>(client: Client, detail: string, call: () => Promise<T>): Promise<T> {
  const deadline = Math.min(Date.now() + CALL_MS, deadlines.getStore() ?? Infinity);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    // The deadline alone ends a call in the middle of a back-off too late.
    timer = setTimeout(() => reject(new TemporalUnreachable(detail)), deadline + 250 - Date.now());
  });
  try {
    return await Promise.race([client.withDeadline(deadline, call), late]);
  } catch (error) {
    if (error instanceof NamespaceNotFoundError || UNREACHABLE.has(grpcCodeOf(error) ?? -1)) {
      throw new TemporalUnreachable(detail, error);
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Looked up by shape: the high-level client wraps the gRPC error, the raw services do not. */
function grpcCodeOf(error: unknown): number | undefined {
  const grpc: unknown = error instanceof ServiceError ? error.cause : error;
  const code: unknown = (grpc as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'number' ? code : undefined;
}
