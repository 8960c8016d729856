/** The HTTP server below Express: how much of it one caller may hold, and for how long. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Express } from 'express';
import { noteAnswer, rawAnswer, refuseBrokenRequests } from './broken-requests';
import { overloaded } from '../access/limits';
import { Problem } from './problem';
import { addressBlock } from './caller-address';
import { onGone } from './on-gone';
import { Shares } from './shares';

/** Longest silence of a connection in the middle of an answer, in ms: a reader that stands still is cut off. */
export const STALL_MS = 90_000;

/** Requests that one connection may have sent before it reads an answer. Browsers and proxies send one after the other. */
const PIPELINED = 8;

/** Refused connections that get an answer at the same time; further ones are closed without one. */
const REFUSALS_AT_ONCE = 64;
const REFUSAL_MS = 1_000;

/** Time to send the rest of an unwanted body: closing earlier would lose the answer. */
const UNWANTED_BODY_MS = 5_000;

/** Files, Temporal, Runway and the log need descriptors too. */
const RESERVED_DESCRIPTORS = 128;
/** Each connection costs memory as well. */
export const MOST_CONNECTIONS = 4_096;

/** Connections that a process may have open: each may read a file, so it is counted as two descriptors. */
export function connectionBound(openFiles = openFilesLimit()): number {
  const room = Math.floor((openFiles - RESERVED_DESCRIPTORS) / 2);
  return Math.min(Math.max(room, 8), MOST_CONNECTIONS);
}

function openFilesLimit(): number {
  const { userLimits } = process.report?.getReport() as {
    userLimits?: { open_files?: { soft?: number | string } };
  };
  const soft = userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : Infinity;
}

interface Bounds {
  readonly maxConnections: number;
  /** Called for each connection that was refused. */
  readonly onRefused?: () => void;
  /** Called with the status of each request that was too broken, slow or large to be handed on. */
  readonly onBroken?: (status: number) => void;
}

/** A server that hands requests to `app`, and keeps connections below `maxConnections`. */
export function createHttpServer(app: Express, { maxConnections, onRefused, onBroken }: Bounds): Server {
  const server = createServer({
    maxHeaderSize: 16_384,
    headersTimeout: 15_000,
    // A little longer than the slowest body may take.
    requestTimeout: 130_000,
    // How soon after these times a slow client is cut off.
    connectionsCheckingInterval: 5_000,
    keepAliveTimeout: 65_000,
  });
  server.timeout = STALL_MS;
  refuseBrokenRequests(server, onBroken);
  boundConnections(server, app, { maxConnections, onRefused });

  const answer = (req: IncomingMessage, res: ServerResponse) => {
    if (noteAnswer(res) > PIPELINED) req.socket.destroy();
    else inTurn(req.socket, res, () => app(req, res));
    res.once('finish', () => endUnwantedBody(req));
  };
  server.on('request', answer);
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    // Who is refused does not send the body, and Node would take the next request for it.
    res.setHeader('Connection', 'close');
    awaitingContinue.add(req);
    answer(req, res);
  });
  server.on('checkExpectation', (req: IncomingMessage) => {
    const problem = expectationFailed();
    onBroken?.(problem.status);
    req.socket.end(rawAnswer(problem));
  });
  return server;
}

const awaitingContinue = new WeakSet<IncomingMessage>();

/** Answers `Expect: 100-continue`, so that the caller sends its body. */
export function continueBody(req: IncomingMessage, res: ServerResponse): void {
  if (!awaitingContinue.delete(req)) return;
  res.removeHeader('Connection');
  res.writeContinue();
}

function expectationFailed(): Problem {
  const detail = 'The only expectation that is understood is "Expect: 100-continue".';
  return new Problem('expectation_failed', detail);
}

/** Node reads what was not read before it takes the next request, however slowly it comes. */
function endUnwantedBody(req: IncomingMessage): void {
  if (req.complete) return;
  const timer = setTimeout(() => req.socket.destroy(), UNWANTED_BODY_MS).unref();
  req.once('close', () => clearTimeout(timer));
}

const lastAnswer = new WeakMap<Socket, ServerResponse>();

/** Begins a request once the earlier answer on its connection was sent: a connection holds one answer, and one file, at a time. */
function inTurn(socket: Socket, res: ServerResponse, begin: () => void): void {
  const before = lastAnswer.get(socket);
  lastAnswer.set(socket, res);
  if (!before || before.closed) begin();
  else {
    onGone(before, () => {
      if (!socket.destroyed) begin();
    });
  }
}

/**
 * Refuses connections before the process runs out of descriptors, and those of an address that has half of all. A trusted
 * proxy is exempt: its callers are limited request by request.
 */
function boundConnections(server: Server, app: Express, { maxConnections, onRefused }: Bounds): void {
  const isProxy = app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  const shares = new Shares(shareOfOne(maxConnections));
  const accept = server.listeners('connection') as ((this: Server, socket: Socket) => void)[];
  let open = 0;
  let refusing = 0;

  function refuse(socket: Socket): void {
    onRefused?.();
    socket.on('error', () => undefined);
    if (refusing >= REFUSALS_AT_ONCE) {
      socket.destroy();
      return;
    }
    refusing++;
    socket.once('close', () => refusing--);
    socket.setTimeout(REFUSAL_MS, () => socket.destroy());
    // Reads what the caller sends: a reset would lose the answer.
    socket.resume().end(rawAnswer(overloaded()));
  }

  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const share = isProxy(address, 0) ? () => undefined : shares.take(addressBlock(address) ?? address);
    if (open >= maxConnections) server.closeIdleConnections();
    if (!share || open >= maxConnections) {
      share?.();
      refuse(socket);
      return;
    }
    open++;
    socket.once('close', () => {
      open--;
      share();
    });
    for (const listener of accept) listener.call(server, socket);
  });
}

/** The most connections, and requests under way, of one address. */
export function shareOfOne(maxConnections: number): number {
  return Math.ceil(maxConnections / 2);
}
