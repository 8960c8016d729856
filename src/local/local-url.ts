/** What the embedded server binds, and where it is asked. */
export const LOOPBACK = '127.0.0.1';

/** Where a server that binds `host` is reached from this machine. */
export function urlOf(host: string, port: number): string {
  const reachable = host === '0.0.0.0' ? LOOPBACK : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
