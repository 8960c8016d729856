/** A tunnel through a proxy: connection, CONNECT, and its answer. Nothing of what will go through it is sent here. */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { cutText, plainLine } from '../../contract/text';
import { basic, describeProxy, type Proxy } from './proxies';

export interface TunnelTarget {
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** There is no tunnel. The message is a whole clause that names the proxy, without its password. */
export class TunnelFault extends Error {
  override readonly name = 'TunnelFault';

  constructor(
    message: string,
    readonly code: 'PROXY_UNREACHABLE' | 'PROXY_REFUSED' | 'PROXY_CUT' | 'PROXY_SILENT',
    /** With which it refused. */
    readonly status?: number,
  ) {
    super(message);
  }
}

const MOST_HEAD_BYTES = 16_384;
const MOST_REASON = 100;

/**
 * Opens a tunnel.
 *
 * @param timeoutMs for all of it.
 * @returns a socket that has sent CONNECT and read its answer, nothing else.
 * @throws TunnelFault
 */
export function openTunnel(proxy: Proxy, target: TunnelTarget, timeoutMs: number): Promise<Socket> {
  const { promise, resolve, reject } = withResolvers();
  const said = describeProxy(proxy);
  const authority = `${isIP(target.host) === 6 ? `[${target.host}]` : target.host}:${target.port}`;
  const socket = connectTo(proxy);
  let head = Buffer.alloc(0);
  let asked = false;

  const timer = setTimeout(() => {
    const what = asked ? `does not answer to CONNECT ${authority}` : 'cannot be reached in time';
    fail(new TunnelFault(`the proxy ${said} ${what}`, asked ? 'PROXY_SILENT' : 'PROXY_UNREACHABLE'));
  }, timeoutMs);

  function done(): void {
    clearTimeout(timer);
    socket.removeListener('data', onData).removeListener('close', onClose).removeListener('end', onClose);
  }
  function fail(fault: TunnelFault): void {
    done();
    socket.destroy();
    reject(fault);
  }
  function onClose(): void {
    fail(
      new TunnelFault(`the proxy ${said} broke the connection off before its answer to CONNECT`, 'PROXY_CUT'),
    );
  }
  function onData(chunk: Buffer): void {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0 && head.length <= MOST_HEAD_BYTES) return;
    const [, status, reason = ''] =
      /^HTTP\/1\.[01] (\d{3})(?: ([^\r\n]*))?/.exec(head.toString('latin1')) ?? [];
    // Who is spoken to through a tunnel waits to be spoken to: bytes after the head are not of that side.
    const isTunnel = end >= 0 && status !== undefined && /^2/.test(status) && head.length === end + 4;
    if (!isTunnel) {
      const answer =
        status === undefined ? 'with something else than HTTP' : `${status} ${plainLine(reason)}`.trim();
      const words = `the proxy ${said} refused the connection to ${authority}: ${cutText(answer, MOST_REASON, '…')}`;
      return fail(new TunnelFault(words, 'PROXY_REFUSED', Number(status) || undefined));
    }
    done();
    socket.pause();
    resolve(socket);
  }

  // It stays: an error after the tunnel stands is seen by whoever uses it, and must not end the process.
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (asked) return onClose();
    fail(
      new TunnelFault(
        `the proxy ${said} cannot be reached (${error.code ?? error.name})`,
        'PROXY_UNREACHABLE',
      ),
    );
  });
  socket.once(proxy.secure ? 'secureConnect' : 'connect', () => {
    asked = true;
    socket.on('data', onData).once('close', onClose).once('end', onClose);
    socket.write(
      [
        `CONNECT ${authority} HTTP/1.1`,
        `Host: ${authority}`,
        ...(proxy.credentials
          ? [`Proxy-Authorization: Basic ${basic(proxy.credentials.user, proxy.credentials.password)}`]
          : []),
        '',
        '',
      ].join('\r\n'),
    );
  });
  return promise;
}

function connectTo({ host, port, secure }: Proxy): Socket {
  if (!secure) return connect({ host, port });
  return connectTls({
    host,
    port,
    ALPNProtocols: ['http/1.1'],
    ...(isIP(host) === 0 && { servername: host }),
  });
}

function withResolvers() {
  let resolve!: (socket: Socket) => void;
  let reject!: (fault: TunnelFault) => void;
  const promise = new Promise<Socket>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
