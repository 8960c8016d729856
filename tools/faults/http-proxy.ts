/** Stands between the service and an HTTP server, and breaks the exchange where a test wants it. */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HttpExchange {
  /**
   * `connected`: headers are here, the body may be on its way. `request`: it was read, the server has nothing.
   * `response`: the server has answered, the caller has nothing. `half`: half of the body is on its way to the
   * caller. `relayed`: all of it is.
   */
  readonly at: 'connected' | 'request' | 'response' | 'half' | 'relayed';
  readonly method: string;
  readonly path: string;
  readonly status?: number;
  readonly body: Buffer;
}

/** What the caller gets in place of the rest. */
export type HttpFault =
  | { readonly kind: 'reset' }
  | { readonly kind: 'black hole' }
  /** The body comes in ten pieces, a fifth of a second apart. */
  | { readonly kind: 'slow' }
  /** Half of the body, or all but these bytes at its end; its length declared or not. */
  | { readonly kind: 'truncated'; readonly declared: boolean; readonly missing?: number }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The right body under another Content-Type. */
  | { readonly kind: 'retyped'; readonly contentType: string }
  /** Another body under the right status. */
  | { readonly kind: 'rewritten'; readonly change: (body: string) => string };

/** Is waited for; at `half` and `relayed` only a reset can still be asked for. */
export type HttpTap = (exchange: HttpExchange) => Promise<HttpFault | void> | HttpFault | void;

export class HttpProxy {
  tap: HttpTap = () => undefined;
  /** Where the server has what the caller asks for. */
  pathAtTarget = (path: string): string => path;
  /** POSTs whose headers came, whatever became of them. */
  posts = 0;
  private port = 0;
  private readonly server = http.createServer((req, res) => {
    this.relay(req, res).catch(() => res.destroy());
  });

  private constructor(private readonly target: string) {}

  /** @param target base URL. */
  static async start(target: string): Promise<HttpProxy> {
    const proxy = new HttpProxy(target);
    await proxy.listen();
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Refuses connections for a while. */
  async stopListening(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject).listen(this.port, '127.0.0.1', () => {
        this.port = (this.server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  close(): Promise<void> {
    return this.server.listening ? this.stopListening() : Promise.resolve();
  }

  private async relay(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { method = '', url: path = '' } = req;
    const ask = (at: HttpExchange['at'], body: Buffer, status?: number) =>
      this.tap({ at, method, path, body, ...(status !== undefined && { status }) });

    if (method === 'POST') this.posts += 1;
    const early = await ask('connected', Buffer.alloc(0));
    if (early) return breakOff(res, early);
    const body = await read(req);
    const before = await ask('request', body);
    if (before) return breakOff(res, before);

    const upstream = await this.forward(req, body);
    const payload = await read(upstream);
    const status = upstream.statusCode ?? 502;
    const after = await ask('response', payload, status);
    const headers = { ...upstream.headers, connection: 'close' };
    delete headers['transfer-encoding'];
    if (after) return breakOff(res, after, { status, headers, payload });

    res.writeHead(status, { ...headers, 'content-length': payload.length });
    const middle = Math.floor(payload.length / 2);
    await write(res, payload.subarray(0, middle));
    if ((await ask('half', payload, status))?.kind === 'reset') return void res.socket?.resetAndDestroy();
    res.end(payload.subarray(middle));
    await new Promise((resolve) => res.once('close', resolve));
    await ask('relayed', payload, status);
  }

  private forward(req: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const headers = { ...req.headers, connection: 'close' };
    return new Promise((resolve, reject) => {
      http
        .request(
          this.target + this.pathAtTarget(req.url ?? ''),
          { method: req.method, headers, agent: false },
          resolve,
        )
        .on('error', reject)
        .end(body);
    });
  }
}

interface Answer {
  readonly status: number;
  readonly headers: http.OutgoingHttpHeaders;
  readonly payload: Buffer;
}

const NOTHING: Answer = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  payload: Buffer.from('{}'),
};

async function breakOff(res: ServerResponse, fault: HttpFault, right: Answer = NOTHING): Promise<void> {
  const { status, headers, payload } = right;
  switch (fault.kind) {
    case 'reset':
      res.socket?.resetAndDestroy();
      return;
    case 'black hole':
      return;
    case 'slow': {
      res.writeHead(status, { ...headers, 'content-length': payload.length });
      const size = Math.max(1, Math.ceil(payload.length / 10));
      for (let from = 0; from < payload.length; from += size) {
        await write(res, payload.subarray(from, from + size));
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      res.end();
      return;
    }
    case 'truncated': {
      const { 'content-length': _, ...rest } = headers;
      // A body that ends with its connection has no length: the caller sees no error at all.
      res.useChunkedEncodingByDefault = false;
      res.writeHead(status, fault.declared ? { ...rest, 'content-length': payload.length } : rest);
      const { missing = Math.floor(payload.length / 2) } = fault;
      await write(res, payload.subarray(0, payload.length - missing));
      res.socket?.end();
      return;
    }
    case 'answer':
      res.writeHead(fault.status, { 'content-type': 'text/html', connection: 'close', ...fault.headers });
      res.end(fault.body ?? '<html><body>Something else answers here</body></html>');
      return;
    case 'retyped':
      res.writeHead(status, { ...headers, 'content-type': fault.contentType });
      res.end(payload);
      return;
    case 'rewritten': {
      const body = Buffer.from(fault.change(payload.toString()));
      res.writeHead(status, { ...headers, 'content-length': body.length });
      res.end(body);
    }
  }
}

function write(res: ServerResponse, chunk: Buffer): Promise<void> {
  return new Promise((resolve) => {
    res.write(chunk, () => resolve());
    // A caller that went away never takes it.
    res.once('close', () => resolve());
  });
}

async function read(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
