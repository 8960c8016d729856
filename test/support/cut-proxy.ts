/** Stands in front of a PostgreSQL, and cuts a connection at a statement: before the server gets it, or before its answer is back. */
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

export interface Cut {
  /** In what the client sends. */
  readonly at: RegExp;
  readonly when: 'before' | 'after';
  /** How many times; then all goes through. */
  times: number;
}

export class CutProxy {
  cut: Cut | undefined;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly port: number,
  ) {}

  static async start(target: number): Promise<CutProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new CutProxy(server, (server.address() as AddressInfo).port);
    server.on('connection', (client) => proxy.serve(client, connect(target, '127.0.0.1')));
    return proxy;
  }

  /** The same database, through here. */
  through(url: string): string {
    const changed = new URL(url);
    changed.port = String(this.port);
    return changed.href;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private serve(client: Socket, server: Socket): void {
    let silent = false;
    const end = () => {
      client.resetAndDestroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.on('error', end).on('close', () => {
        this.sockets.delete(socket);
        end();
      });
    }
    client.on('data', (bytes) => {
      const { cut } = this;
      if (!cut || cut.times === 0 || !cut.at.test(bytes.toString('latin1'))) return server.write(bytes);
      cut.times -= 1;
      if (cut.when === 'before') return end();
      silent = true;
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      // What the server says now is that it is done.
      if (silent) return end();
      client.write(bytes);
    });
  }
}
