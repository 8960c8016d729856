import { AsyncLocalStorage } from 'node:async_hooks';
import { type Client, ServiceError } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import type { RequestHandler } from 'express';
import { createGate, type Gate } from '../http/gate';
import { Problem } from '../http/problem';

/** Most time for one call to Temporal, and for all calls of one request together: it answers within 15 s. */
const CALL_MS = 6_000;
const REQUEST_MS = 13_000;
/** Calls that all requests of one client have under way: those of others get their turn beside them. */
const OF_ONE_CLIENT = 4;

/** gRPC codes that say nothing about the request: no connection, no time, too busy, no permission. */
const UNREACHABLE = new Set([1, 2, 4, 7, 8, 10, 13, 14, 15, 16]);

/** Temporal could not be asked, or did not answer in time. */
export class TemporalUnreachable extends Problem {
  constructor(detail: string, cause?: unknown, members?: Readonly<Record<string, unknown>>) {
    super('temporal_unreachable', detail, {
      headers: { 'Retry-After': '5' },
      cause,
      members,
    });
  }
}

interface Bounds {
  readonly deadline: number;
  readonly gates: Map<string, Gate>;
  /** That of the client, once it is known. */
  gate?: Gate;
}

const ofRequest = new AsyncLocalStorage<Bounds>();

/** Bounds all calls to Temporal that a request makes, in time. */
export function boundTemporalCalls(): RequestHandler {
  const gates = new Map<string, Gate>();
  return (_req, _res, next) => ofRequest.run({ deadline: Date.now() + REQUEST_MS, gates }, next);
}

/** From here on the calls of this request wait in one line with those of all other requests of its client. */
export function shareTemporalCalls(client: string): void {
  const bounds = ofRequest.getStore();
  if (!bounds) return;
  const gate = bounds.gates.get(client) ?? createGate(OF_ONE_CLIENT);
  bounds.gates.set(client, gate);
  bounds.gate = gate;
}

/** For work that goes on after the request that began it: each call is still bounded. */
export function withoutRequestDeadline<T>(work: () => T): T {
  return ofRequest.exit(work);
}

/**
 * Makes a call to Temporal that never hangs.
 *
 * @param detail what is true for the caller when Temporal cannot be reached.
 * @throws TemporalUnreachable; every other error as the SDK throws it.
 */
export async function callTemporal<T>(client: Client, detail: string, call: () => Promise<T>): Promise<T> {
  const bounds = ofRequest.getStore();
  const deadline = Math.min(Date.now() + CALL_MS, bounds?.deadline ?? Infinity);
  let timer: NodeJS.Timeout | undefined;
  const inTime = () => {
    // It has waited too long: its caller has the refusal already, so it must not be made any more.
    if (Date.now() >= deadline) throw new TemporalUnreachable(detail);
    return client.withDeadline(deadline, call);
  };
  const late = new Promise<never>((_resolve, reject) => {
    // The deadline alone ends a call in the middle of a back-off too late.
    timer = setTimeout(() => reject(new TemporalUnreachable(detail)), deadline + 250 - Date.now());
  });
  try {
    // One that does not end in time keeps its place in the line no longer.
    const made = async () => Promise.race([inTime(), late]);
    return await (bounds?.gate ? Promise.race([bounds.gate(made), late]) : made());
  } catch (error) {
    if (error instanceof NamespaceNotFoundError || UNREACHABLE.has(grpcCodeOf(error) ?? -1)) {
      throw new TemporalUnreachable(detail, error);
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Read by shape: the high-level client wraps the gRPC error, the raw services do not. */
function grpcCodeOf(error: unknown): number | undefined {
  const grpc: unknown = error instanceof ServiceError ? error.cause : error;
  const code: unknown = (grpc as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'number' ? code : undefined;
}
