/** A real HTTP proxy for tunnels. It reaches every name at loopback, as if it alone knew names. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

export type ProxyWay =
  /** As it should. */
  | 'works'
  /** Answers so and opens nothing. */
  | { readonly refuses: number }
  /** Takes CONNECT and says nothing. */
  | 'hangs'
  /** Breaks off when it has read CONNECT. */
  | 'cuts'
  /** Breaks off right after its 200. */
  | 'cuts_after_answer'
  /** Answers with this in place of HTTP. */
  | { readonly says: string }
  /** Breaks off when the first bytes have passed to the other side. */
  | 'cuts_after_request';

export class ConnectProxy {
  /** What was asked for, in order. */
  readonly targets: string[] = [];
  /** Heads of CONNECT, in order. */
  readonly heads: string[] = [];
  /** Of the tunnels that come next; the last one stays. */
  private ways: ProxyWay[];
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    ways: ProxyWay[],
    private readonly scheme: string,
  ) {
    this.ways = ways;
  }

  static async open(
    ways: ProxyWay | ProxyWay[] = 'works',
    tls?: { readonly key: string; readonly cert: string },
  ): Promise<ConnectProxy> {
    const server: Server = tls ? createTlsServer(tls) : createServer();
    const proxy = new ConnectProxy(server, Array.isArray(ways) ? ways : [ways], tls ? 'https' : 'http');
    server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => proxy.serve(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.scheme}://127.0.0.1:${this.port}`;
  }

  /** From now on; what stands is broken off. */
  become(...ways: ProxyWay[]): void {
    this.ways = ways;
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private serve(socket: Socket): void {
    this.keep(socket);
    let head = '';
    const onData = (chunk: Buffer) => {
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      socket.removeListener('data', onData).pause();
      this.heads.push(head.slice(0, end));
      const target = /^CONNECT (\S+) HTTP\/1\.1\r\n/.exec(head)?.[1] ?? '';
      this.targets.push(target);
      const [way = 'works', ...rest] = this.ways;
      if (rest.length > 0) this.ways = rest;
      this.answer(socket, target, way);
    };
    socket.on('data', onData);
  }

  private answer(socket: Socket, target: string, way: ProxyWay): void {
    if (way === 'hangs') return void socket.resume();
    if (way === 'cuts') return void socket.destroy();
    if (way === 'cuts_after_answer') {
      return void socket.write('HTTP/1.1 200 Connection established\r\n\r\n', () => socket.destroy());
    }
    if (typeof way === 'object') {
      const words = 'says' in way ? way.says : `HTTP/1.1 ${way.refuses} No\r\ncontent-length: 0\r\n\r\n`;
      return void socket.end(words);
    }
    const other = connect({ host: '127.0.0.1', port: Number(/:(\d+)$/.exec(target)?.[1]) });
    this.keep(other);
    const unreachable = () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    other.once('error', unreachable);
    other.once('connect', () => {
      other.removeListener('error', unreachable);
      socket.write('HTTP/1.1 200 Connection established\r\nProxy-Agent: test\r\n\r\n');
      if (way === 'works') {
        socket.pipe(other).pipe(socket);
        // Whoever breaks off on one side breaks off on the other.
        other.once('error', () => socket.resetAndDestroy());
        return;
      }
      socket.on('data', (chunk) => other.write(chunk, () => setImmediate(() => socket.destroy())));
    });
    socket.once('close', () => other.destroy());
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => this.sockets.delete(socket));
  }
}
