import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { problem } from '../../contract/schemas/problem';
import { noteAnswer, refuseBrokenRequests } from './broken-requests';

let server: Server;
let broken: number[];

beforeEach(async () => {
  server = createServer({ maxHeaderSize: 16_384 }, (_req, res) => {
    noteAnswer(res);
    res.write('half an answer');
  });
  broken = [];
  refuseBrokenRequests(server, (status) => broken.push(status));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** @returns everything that came until the connection was closed. */
function send(...parts: string[]): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const [first = '', ...later] = parts;
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => socket.write(first));
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const next = later.shift();
      if (next !== undefined) socket.write(next);
    });
    // Bytes that were not read any more reset the connection after the answer.
    socket.on('error', () => undefined).on('close', () => resolve(text));
  });
}

test.each([
  [
    'headers over 16 kB',
    `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
    431,
    'headers_too_large',
  ],
  ['a path over 16 kB', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431, 'headers_too_large'],
  ['no HTTP at all', 'what is this?\r\n\r\n', 400, 'bad_request'],
  ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: x\r\nX-Nul: a\0b\r\n\r\n', 400, 'bad_request'],
  [
    'two lengths',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    400,
    'bad_request',
  ],
])('%s is answered with a problem', async (_what, request, status, code) => {
  const [head = '', body = ''] = (await send(request)).split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(head).toContain('application/problem+json');
  expect(problem.parse(JSON.parse(body))).toMatchObject({ status, code });
  expect(broken).toEqual([status]);
});

test('nothing is written into an answer that has begun', async () => {
  const answer = await send('GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'what is this?\r\n\r\n');
  expect(answer).toContain('half an answer');
  expect(broken).toEqual([]);
  expect(answer).not.toContain('problem');
});
