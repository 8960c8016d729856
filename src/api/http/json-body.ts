/** Reading JSON bodies: bounded in bytes, also while they are inflated, and in time. */
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { Request, RequestHandler, Response } from 'express';
import { cutText, plainLine } from '../../contract/text';
import { createGate } from './gate';
import type { BodyBudget, BodyLease, BodyOwner } from './body-budget';
import { callerAddress } from './caller-address';
import { onGone } from './on-gone';
import { continueBody } from './server';
import { overloaded } from '../access/limits';
import { Problem } from './problem';

interface Kind {
  readonly maxBytes: number;
  /** The whole body, and the longest silence in it, in ms. */
  readonly wholeMs: number;
  readonly silenceMs: number;
  readonly compressed: boolean;
}

/** A request with an image in it, over a slow line. */
const LARGE: Kind = { maxBytes: 6_000_000, wholeMs: 120_000, silenceMs: 10_000, compressed: true };
const SMALL: Kind = { maxBytes: 4_000, wholeMs: 10_000, silenceMs: 5_000, compressed: false };

/** A request nests two deep (`metadata`); JSON.stringify dies of 40,000. */
const MAX_DEPTH = 16;
/** An empty object takes 20 times the memory of its two brackets. */
const MAX_VALUES = 10_000;

/** Reads an application/json body of at most 6 MB into `req.body`. @throws Problem 400, 408, 413, 415, 503 */
export const jsonBody = bodyReader(LARGE);
/** The same for a small body: at most 4 kB, not compressed. */
export const smallJsonBody = bodyReader(SMALL);
/** The same where the body is optional: none, or null, is read as `{}`. */
export const optionalJsonBody = bodyReader(SMALL, { optional: true });

const INFLATE: ReadonlyMap<string, (bytes: Buffer, maxOutputLength: number) => Promise<Buffer>> = new Map([
  ['gzip', inflater(gunzip)],
  ['x-gzip', inflater(gunzip)],
  ['deflate', inflater(inflate)],
  ['br', inflater(brotliDecompress)],
]);
/** Brotli may need a window of 16 MB beside its output. */
const inflateGate = createGate(2);

/** Bounds the bodies of all routes of an app. */
export function boundBodies(budget: BodyBudget): RequestHandler {
  return (_req, res, next) => {
    res.locals['bodies'] = budget;
    next();
  };
}

/** Drops the parsed body, so that an answer that comes much later holds no bytes of it. */
export function releaseBody(req: Request, res: Response): void {
  req.body = undefined;
  (res.locals['body'] as BodyLease | undefined)?.release();
}

function bodyReader(kind: Kind, { optional = false } = {}): RequestHandler {
  return async (req, res, next) => {
    const type = req.headers['content-type'];
    if (type !== undefined || !optional) requireJson(type);
    const bytes = hasBody(req) ? await readBody(req, res, kind) : Buffer.alloc(0);
    if (bytes.length === 0 && optional) req.body = {};
    else {
      requireJson(type);
      req.body = parseJson(bytes) ?? (optional ? {} : null);
    }
    next();
  };
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

async function readBody(req: Request, res: Response, kind: Kind): Promise<Buffer> {
  const [encoding, ...others] = encodingsOf(req);
  const inflateBody = encoding === undefined ? undefined : INFLATE.get(encoding);
  if (others.length > 0 || (encoding !== undefined && !(kind.compressed && inflateBody)))
    throw unsupportedEncoding(kind);
  if (Number(req.headers['content-length'] ?? 0) > kind.maxBytes) throw tooLarge(kind);

  const budget = res.locals['bodies'] as BodyBudget;
  const lease = budget.open(ownerOf(req, res), { small: kind === SMALL });
  res.locals['body'] = lease;
  onGone(res, () => lease.release());
  try {
    continueBody(req, res);
    const received = await receive(req, lease, kind);
    // Only when all of it is here: a body that is held back takes no more than what was sent of it.
    if (inflateBody) lease.grow(kind.maxBytes);
    const bytes = encoding === undefined ? received : await inflated(received, encoding, kind);
    lease.arrived(bytes.length);
    return bytes;
  } catch (error) {
    // Node emits no `close` for a caller that has hung up already.
    lease.release();
    throw error;
  }
}

/** Encodings that change anything, in the order in which they were applied. */
function encodingsOf({ headers }: Request): string[] {
  const named = (headers['content-encoding'] ?? '').toLowerCase().split(',');
  return named.map((name) => name.trim()).filter((name) => name !== '' && name !== 'identity');
}

async function inflated(received: Buffer, encoding: string, kind: Kind): Promise<Buffer> {
  try {
    return await inflateGate(
      async () => (await INFLATE.get(encoding)?.(received, kind.maxBytes)) ?? received,
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(kind);
    throw new Problem('bad_request', `The body is not ${encoding}, as its header says.`);
  }
}

function ownerOf(req: Request, res: Response): BodyOwner {
  const { client } = res.locals as { client?: string };
  return client === undefined
    ? { kind: 'address', name: callerAddress(req) }
    : { kind: 'client', name: client };
}

/** The body as it is sent. Rejects when it is too long or too slow, or when there is no room for it. */
function receive(req: Request, lease: BodyLease, kind: Kind): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // One buffer: a million chunks of a byte each would take a hundred times their length.
    let body = Buffer.alloc(0);
    let length = 0;
    const whole = setTimeout(() => end(tooSlow()), kind.wholeMs);
    const silence = setTimeout(() => end(tooSlow()), kind.silenceMs);
    lease.onEvicted(() => end(overloaded()));

    function end(error?: Error): void {
      clearTimeout(whole);
      clearTimeout(silence);
      req.off('data', take).off('end', end).off('close', hungUp).off('error', hungUp);
      if (error) reject(error);
      else resolve(body.subarray(0, length));
    }
    function take(chunk: Buffer): void {
      silence.refresh();
      try {
        makeRoom(length + chunk.length);
        length += chunk.copy(body, length);
      } catch (error) {
        end(error as Error);
      }
    }
    function makeRoom(needed: number): void {
      if (needed > kind.maxBytes) throw tooLarge(kind);
      if (needed <= body.length) return;
      const size = Math.min(Math.max(needed, 2 * body.length, 4_000), kind.maxBytes);
      lease.grow(size - body.length);
      const larger = Buffer.allocUnsafeSlow(size);
      body.copy(larger, 0, 0, length);
      body = larger;
    }
    function hungUp(): void {
      end(new Problem('bad_request', 'The connection was closed within the body.'));
    }
    if (req.destroyed) hungUp();
    else req.on('data', take).on('end', end).on('close', hungUp).on('error', hungUp);
  });
}

type Decompress = typeof gunzip | typeof inflate | typeof brotliDecompress;

function inflater(decompress: Decompress): (bytes: Buffer, maxOutputLength: number) => Promise<Buffer> {
  const run = promisify(decompress) as (bytes: Buffer, options: object) => Promise<Buffer>;
  return (bytes, maxOutputLength) => run(bytes, { maxOutputLength });
}

function tooLarge({ maxBytes }: Kind): Problem {
  const detail =
    maxBytes === LARGE.maxBytes
      ? 'A body may have 6 MB. Give a larger image as an https URL instead.'
      : 'A body may have 4 kB here: send the fields of this call, and nothing else.';
  return new Problem('body_too_large', detail);
}

function tooSlow(): Problem {
  const detail = 'The body did not arrive in time: send the request again.';
  return new Problem('request_too_slow', detail, {
    headers: { Connection: 'close' },
  });
}

function unsupportedEncoding({ compressed }: Kind): Problem {
  const detail = compressed
    ? 'Send the body plain, or compressed with gzip, deflate or br.'
    : 'Send this body plain, without Content-Encoding: it is small.';
  return new Problem('unsupported_media_type', detail);
}

/**
 * A form on another site can post text/plain without a CORS preflight, but never JSON.
 *
 * @throws Problem 415
 */
export function requireJson(contentType: string | undefined): void {
  const charsets = charsetsOfJson(contentType ?? '');
  const foreign = charsets?.find((name) => !UTF_8.has(name.toLowerCase().replace(/[-_\s']/g, '')));
  if (charsets && foreign === undefined) return;
  throw new Problem(
    'unsupported_media_type',
    foreign === undefined
      ? 'Send the request as JSON with the header "Content-Type: application/json".'
      : `Send the JSON in UTF-8: the Content-Type says charset=${plainLine(cutText(foreign, 40, '…'))}.`,
  );
}

/** Names of UTF-8, and of its part ASCII, without what people write between their parts. An empty one names nothing. */
const UTF_8 = new Set([
  'utf8',
  'csutf8',
  'unicode11utf8',
  'unicode20utf8',
  'xunicode20utf8',
  'usascii',
  'ascii',
  '',
]);

const TOKEN = "[\\w!#$%&'*+.^`|~-]";
const PARAMETER = new RegExp(
  `[ \\t]*;[ \\t]*(?:(${TOKEN}+)[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}*)))?`,
  'y',
);

/** The charsets that a JSON type names (RFC 9110, 8.3.1); undefined for every other type, and for what is none. */
function charsetsOfJson(contentType: string): string[] | undefined {
  const [type] = /^[ \t]*application\/json(?![^ \t;])/i.exec(contentType) ?? [];
  if (type === undefined) return undefined;
  const charsets: string[] = [];
  let end = type.length;
  for (;;) {
    PARAMETER.lastIndex = end;
    const found = PARAMETER.exec(contentType);
    if (!found) return contentType.slice(end).trim() === '' ? charsets : undefined;
    const [, name, quoted, token] = found;
    if (name?.toLowerCase() === 'charset') charsets.push(quoted?.replace(/\\(.)/g, '$1') ?? token ?? '');
    end = PARAMETER.lastIndex;
  }
}

/** Parses a body after its structure is known to be bounded. @throws Problem 400 */
function parseJson(bytes: Buffer): unknown {
  checkStructure(bytes);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return JSON.parse(text, refusePrototypeKeys) as unknown;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw malformed(
      'The body is not JSON in UTF-8. Strings and names stand in double quotes, without a comma after the last.',
    );
  }
}

/** Counts brackets and commas outside strings. Bytes of UTF-8 that look like ASCII are ASCII. @throws Problem 400 */
function checkStructure(bytes: Buffer): void {
  let depth = 0;
  let values = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inString) {
      if (byte === 0x5c) i++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x5b || byte === 0x7b) {
      values++;
      if (++depth > MAX_DEPTH) throw malformed(`The JSON is nested more than ${MAX_DEPTH} levels deep.`);
    } else if (byte === 0x5d || byte === 0x7d) depth--;
    else if (byte === 0x2c && ++values > MAX_VALUES)
      throw malformed(`The JSON has more than ${MAX_VALUES} values.`);
  }
}

/** Refuses keys that would reach a prototype when the object is copied. */
function refusePrototypeKeys(key: string, value: unknown): unknown {
  if (key === '__proto__' || key === 'constructor' || key === 'prototype') {
    throw malformed(`"${key}" cannot be the name of a field.`);
  }
  return value;
}

function malformed(detail: string): Problem {
  return new Problem('malformed_json', detail);
}
