/** The body of one file at an address that somebody else named, with its redirects followed. */
import { type Readable, type Transform, pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { type Dispatcher, request } from 'undici';
import type { ProxySettings } from './proxies';
import { faultWords, guardedAgent, OutOfReach, type Reach, type Resolve } from './guarded-agent';

export interface DownloadOptions {
  /** Is asked at each hop. */
  readonly reach: (url: URL) => Reach;
  /** Ends it sooner, also in mid-body. */
  readonly signal: AbortSignal;
  readonly resolve?: Resolve;
  readonly proxies?: ProxySettings;
}

export interface Download {
  /** As the file is: decompressed, where it was sent compressed. */
  readonly body: Readable;
  /** Content-Length, where it is that of the file. */
  readonly bytes?: number;
  readonly contentType?: string;
  /** Ends the connection: has to be called. */
  close(): void;
}

/** Why there is no file, for people: a whole clause, without the address, which may be signed. */
export class DownloadFault extends Error {
  override readonly name = 'DownloadFault';
}

const MOST_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const CONNECT_TIMEOUT_MS = 15_000;

/** A server that sends less than this in a window holds a slot that others need. */
const LEAST_RATE = { bytes: 65_536, windowMs: 60_000 } as const;

/**
 * Opens a download. The address is checked at each hop, and only that address is connected to; nothing is sent but
 * what names the file: no key, no cookie. The minimum rate applies from the first DNS lookup to the last byte.
 *
 * @throws DownloadFault here and from `body`; the reason of `signal`, once that is aborted.
 */
export async function openDownload(address: string, options: DownloadOptions): Promise<Download> {
  const rate = new LeastRate();
  const signal = AbortSignal.any([options.signal, rate.signal]);
  let agent: Dispatcher | undefined;
  const close = () => {
    rate.stop();
    void agent?.destroy();
  };
  try {
    let url = parse(address);
    for (let hops = 0; ; hops += 1) {
      const { resolve, proxies } = options;
      const guard = {
        reach: options.reach(url),
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
        signal,
        resolve,
        proxies,
        byNameAtProxy: true,
      };
      agent = await guardedAgent(url, guard);
      const answer = await request(url, {
        dispatcher: agent,
        signal,
        headers: { accept: '*/*', 'accept-encoding': 'identity' },
        // The least rate bounds both.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      const { statusCode, headers } = answer;
      if (!REDIRECTS.has(statusCode)) return { ...bodyOf(answer, rate), close };
      // As bytes: a name that is no ASCII is to be asked for as it was written.
      const next = one(headers['location'])?.replace(/[\x80-\xff]/g, percent);
      answer.body.on('error', () => undefined);
      await agent.destroy();
      if (next === undefined) {
        throw new DownloadFault(`its address answers HTTP ${statusCode} and does not say where the file is`);
      }
      if (hops === MOST_REDIRECTS) {
        throw new DownloadFault(`its address redirects more than ${MOST_REDIRECTS} times`);
      }
      url = parse(next, url);
    }
  } catch (error) {
    close();
    options.signal.throwIfAborted();
    throw asFault(error, rate.signal);
  }
}

const percent = (byte: string): string => `%${byte.charCodeAt(0).toString(16)}`;

function parse(address: string, base?: URL): URL {
  const url = URL.canParse(address, base?.href) ? new URL(address, base?.href) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new DownloadFault('its address is none of the web');
  }
  // Never sent, and not part of the request.
  url.username = url.password = url.hash = '';
  return url;
}

function bodyOf(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  rate: LeastRate,
): Omit<Download, 'close'> {
  // It may fail before anybody reads it: the error is seen when it is read, and must not end the process.
  body.on('error', () => undefined);
  if (!isWholeFile(statusCode, one(headers['content-range'])))
    throw new DownloadFault(`its address answers HTTP ${statusCode}`);
  const contentType = one(headers['content-type']);
  const decoder = decoderOf([headers['content-encoding'] ?? []].flat().join());
  const counted = rate.count(body);
  const length = Number(decoder ? Number.NaN : (one(headers['content-length']) ?? Number.NaN));
  return {
    body: decoder ? pipeline(counted, decoder, () => undefined) : counted,
    ...(Number.isSafeInteger(length) && { bytes: length }),
    ...(contentType !== undefined && { contentType }),
  };
}

/** 203 comes from a proxy on the way. A part was not asked for, but may be all there is. */
function isWholeFile(statusCode: number, range = ''): boolean {
  const [, last, size] = /^bytes 0-(\d+)\/(\d+)$/i.exec(range) ?? [];
  const isAll = last !== undefined && Number(last) + 1 === Number(size);
  return statusCode === 200 || statusCode === 203 || (statusCode === 206 && isAll);
}

/** Of a list of encodings the one that compresses. */
function decoderOf(encodings: string): Transform | undefined {
  const decoders = encodings.split(',').flatMap((name) => decoderOfOne(name.trim().toLowerCase()) ?? []);
  if (decoders.length > 1) throw new DownloadFault('it is compressed more than once');
  return decoders[0];
}

const OTHER_COMPRESSIONS: ReadonlySet<string> = new Set([
  ...['zstd', 'dcb', 'dcz', 'compress', 'x-compress', 'lzma', 'xz', 'bzip2'],
]);

/** Buckets keep any word that came with the upload (`aws-chunked`, `utf-8`, `binary`): browsers pass over it, too. */
function decoderOfOne(encoding: string): Transform | undefined {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      if (!OTHER_COMPRESSIONS.has(encoding)) return undefined;
      throw new DownloadFault('it is compressed in a way that was not asked for');
  }
}

/** Ends a download by its signal once a window passes in which fewer bytes came than the least rate asks for. */
class LeastRate {
  private readonly stopper = new AbortController();
  private bytes = 0;
  private timer: NodeJS.Timeout;

  constructor() {
    this.timer = this.nextWindow();
  }

  get signal(): AbortSignal {
    return this.stopper.signal;
  }

  count(body: Readable): Readable {
    body.on('data', (chunk: Buffer) => (this.bytes += chunk.length));
    // What is done with the file afterwards takes its own time.
    body.once('close', () => this.stop());
    body.pause();
    return body;
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private nextWindow(): NodeJS.Timeout {
    return setTimeout(() => {
      const { bytes, windowMs } = LEAST_RATE;
      if (this.bytes < bytes) {
        const came = this.bytes === 0 ? 'nothing' : `only ${this.bytes} bytes`;
        this.stopper.abort(new DownloadFault(`${came} came within ${windowMs / 1_000} s`));
        return;
      }
      this.bytes = 0;
      this.timer = this.nextWindow();
    }, LEAST_RATE.windowMs);
  }
}

/** What an opening or a body failed with, for people. */
export function asFault(error: unknown, slow?: AbortSignal): DownloadFault {
  if (slow?.reason instanceof DownloadFault) return slow.reason;
  if (error instanceof DownloadFault) return error;
  if (error instanceof OutOfReach) return new DownloadFault(`it is not fetched: ${error.message}`);
  return new DownloadFault(`the connection failed: ${faultWords(error)}`, { cause: error });
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
