/**
 * Stands between one process and Temporal, and sees each call by name: a fault can hit at the exact step, and the
 * product needs no hooks for it. All of Temporal's calls are unary, so each is held whole.
 */
import { EventEmitter, once } from 'node:events';
import http2, { type ClientHttp2Session, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface GrpcCall {
  /** `request`: before the server gets it. `response`: before the caller gets it. */
  readonly at: 'request' | 'response';
  /** `RespondActivityTaskCompleted` and the like. */
  readonly method: string;
  /** What the caller sent, also at `response`. */
  readonly request: Buffer;
  readonly response?: Buffer;
}

/** Is waited for. `reset` ends the caller's connection in place of going on. */
export type GrpcTap = (call: GrpcCall) => Promise<'reset' | void> | 'reset' | void;

/**
 * What happens to every call. `black hole`: nothing moves until the weather is another, as on a line that carries no
 * packets. `slow`: two seconds each way.
 */
export type GrpcWeather = 'fine' | 'refused' | 'black hole' | 'slow';

const SLOW_MS = 2_000;

export class GrpcProxy {
  tap: GrpcTap = () => undefined;
  private weather: GrpcWeather = 'fine';
  private readonly changes = new EventEmitter().setMaxListeners(0);
  private readonly sockets = new Set<Socket>();
  private readonly server = http2.createServer();
  private port = 0;

  private constructor(private readonly target: string) {
    this.server.on('connection', (socket: Socket) => {
      if (this.weather === 'refused') socket.resetAndDestroy();
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket)).on('error', () => undefined);
    });
    this.server.on('session', (session) => this.serve(session));
    this.server.on('sessionError', () => undefined);
  }

  /** @param target `host:port` of Temporal. */
  static async start(target: string): Promise<GrpcProxy> {
    const proxy = new GrpcProxy(target);
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    proxy.port = (proxy.server.address() as AddressInfo).port;
    return proxy;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  set(weather: GrpcWeather): void {
    this.weather = weather;
    this.changes.emit('change');
    if (weather === 'refused') this.reset();
  }

  /** Ends every connection that is open. */
  reset(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.reset();
    await closed;
  }

  private serve(session: ServerHttp2Session): void {
    const upstream = http2.connect(`http://${this.target}`);
    const end = (): void => {
      upstream.destroy();
      session.destroy();
    };
    // A server that is gone is seen as that: the caller's connection ends.
    upstream.on('error', end).on('close', end);
    session.on('error', end).on('close', end);
    session.on('stream', (stream, headers) => {
      this.relay(stream, headers, upstream).catch((error: unknown) => {
        if (!stream.destroyed) stream.destroy(error as Error);
      });
    });
  }

  private async relay(
    stream: ServerHttp2Stream,
    headers: http2.IncomingHttpHeaders,
    upstream: ClientHttp2Session,
  ): Promise<void> {
    stream.on('error', () => undefined);
    const method = String(headers[':path']).split('/').at(-1) ?? '';
    const body = await read(stream);
    if (!(await this.passes(stream, { at: 'request', method, request: message(body) }))) return;

    const call = upstream.request({ ...headers, ':authority': this.target }).on('error', () => undefined);
    stream.on('close', () => call.close(http2.constants.NGHTTP2_CANCEL));
    call.end(body);
    let trailers: http2.IncomingHttpHeaders = {};
    call.on('trailers', (sent) => (trailers = sent));
    const answer = await new Promise<http2.IncomingHttpHeaders>((resolve, reject) => {
      call
        .once('response', resolve)
        .once('error', reject)
        .once('close', () => reject(new Error('closed')));
    });
    const payload = await read(call);
    if (
      !(await this.passes(stream, {
        at: 'response',
        method,
        request: message(body),
        response: message(payload),
      })) ||
      stream.destroyed
    )
      return;
    // An answer without a body has its status in the headers.
    if (payload.length === 0 && Object.keys(trailers).length === 0) {
      stream.respond(answer, { endStream: true });
      return;
    }
    stream.respond(answer, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.end(payload);
  }

  private async passes(stream: ServerHttp2Stream, call: GrpcCall): Promise<boolean> {
    if (this.weather === 'slow') await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    const verdict = await this.tap(call);
    // The tap may have changed the weather: what it held is the first to meet it.
    while (this.weather === 'black hole') await once(this.changes, 'change');
    if (verdict === 'reset') stream.session?.destroy();
    return !stream.destroyed;
  }
}

async function read(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Without the frame of gRPC: a flag for gzip, and four bytes of length. */
function message(frame: Buffer): Buffer {
  const payload = frame.subarray(5);
  return frame[0] === 1 ? gunzipSync(payload) : payload;
}
