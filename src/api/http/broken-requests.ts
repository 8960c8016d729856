/** Requests that Node refuses before Express sees them. */
import { type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { onGone } from './on-gone';
import { Problem } from './problem';

/**
 * Answers broken, slow and oversized requests as problems: Node's own answers have no body. They are not logged.
 *
 * @param onBroken called with the status of each.
 */
export function refuseBrokenRequests(server: Server, onBroken?: (status: number) => void): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (socket.writable && !isAnswering(socket)) {
      const problem = problemOf(error.code);
      onBroken?.(problem.status);
      socket.write(rawAnswer(problem));
    }
    socket.destroy();
  });
}

const underWay = new WeakMap<Socket, Set<ServerResponse>>();

/** @returns how many answers are under way on the connection of this one, with it. */
export function noteAnswer(res: ServerResponse): number {
  const { socket } = res.req;
  const answers = underWay.get(socket) ?? new Set();
  underWay.set(socket, answers.add(res));
  onGone(res, () => answers.delete(res));
  return answers.size;
}

/** Bytes written now would land in the middle of another answer. */
function isAnswering(socket: Socket): boolean {
  return [...(underWay.get(socket) ?? [])].some(({ headersSent }) => headersSent);
}

function problemOf(code: string | undefined): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Problem('headers_too_large', 'All headers together may have 16 kB.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem('request_too_slow', 'It did not arrive in time: send it again.');
    default:
      return new Problem('bad_request', 'This is not HTTP/1.1 as it should be.');
  }
}

/** An answer without Express, after which the connection ends. */
export function rawAnswer(problem: Problem): string {
  const body = JSON.stringify(problem);
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    ...Object.entries(problem.headers).map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
