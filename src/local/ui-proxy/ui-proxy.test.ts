import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { openUiDoor, readUiDoor, uiDoorArgument } from './ui-proxy';

let ui: Server;
let proxy: Server;
let port: number;
/** What came through. */
let passed: { url?: string; method?: string; body: string }[];

beforeEach(async () => {
  passed = [];
  ui = createServer((req, res) => {
    let body = '';
    req.on('data', (data) => (body += String(data)));
    req.on('end', () => {
      passed.push({ url: req.url, method: req.method, body });
      res.setHeader('set-cookie', '_csrf=token; Path=/');
      res.setHeader('access-control-allow-origin', '*');
      res.end(`the UI has ${body}`);
    });
  }).listen(0, '127.0.0.1');
  await once(ui, 'listening');
  proxy = await openUiDoor({
    at: { host: '127.0.0.1', port: 0 },
    to: { host: '127.0.0.1', port: (ui.address() as AddressInfo).port },
    publicUrl: 'https://temporal.example.org/ui',
  });
  port = (proxy.address() as AddressInfo).port;
});
afterEach(async () => {
  for (const server of [proxy, ui]) {
    const closed = server.listening ? once(server, 'close') : undefined;
    server.close();
    await closed;
  }
});

type Headers = Readonly<Record<string, string>>;

async function ask(
  headers: Headers,
  { method = 'GET', path = '/', body = '' } = {},
): Promise<IncomingMessage & { text: string }> {
  const req = request({ host: '127.0.0.1', port, method, path, headers, agent: false }).end(body);
  const [answer] = (await once(req, 'response')) as [IncomingMessage];
  let text = '';
  for await (const data of answer) text += String(data);
  return Object.assign(answer, { text });
}

const here = () => `127.0.0.1:${port}`;
const NAVIGATION = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

test.each<[string, Headers]>([
  ['a DNS name that points here', { host: 'evil.example' }],
  ['the same with the port', { host: 'evil.example:8233' }],
  ['a name with ours in it', { host: 'localhost.evil.example' }],
  ['a user before the name', { host: 'localhost@evil.example' }],
  ["the public name at another's port", { host: 'temporal.example.org:8080' }],
])('%s as Host is refused', async (_what, headers) => {
  const answer = await ask(headers);
  expect(answer.statusCode).toBe(403);
  expect(answer.headers['set-cookie']).toBeUndefined();
  expect(passed).toEqual([]);
});

test.each<[string, Headers]>([
  ['an Origin elsewhere', { origin: 'http://evil.example' }],
  ['an Origin on this machine, at another port', { origin: 'http://127.0.0.1:5173' }],
  ['an Origin that is none', { origin: 'null' }],
  ['a page of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
  ['a page at another port', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }],
  [
    'a frame in a page elsewhere',
    { 'sec-fetch-site': 'cross-site', ...NAVIGATION, 'sec-fetch-dest': 'iframe' },
  ],
])('%s is refused, with every method', async (_what, headers) => {
  for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
    const answer = await ask({ host: here(), 'content-type': 'text/plain', ...headers }, { method });
    expect(answer.statusCode).toBe(403);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  }
  expect(passed).toEqual([]);
});

test('a form that a page elsewhere sends is refused, though it navigates', async () => {
  const answer = await ask(
    { host: here(), 'sec-fetch-site': 'cross-site', ...NAVIGATION },
    { method: 'POST' },
  );
  expect(answer.statusCode).toBe(403);
});

test('a link from elsewhere leads here, and is given no CSRF cookie', async () => {
  const answer = await ask({ host: here(), 'sec-fetch-site': 'same-site', ...NAVIGATION });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['set-cookie']).toBeUndefined();
});

test("the UI's own pages, typed addresses and programs get everything, but nothing for other origins", async () => {
  const own: Headers[] = [
    { host: here() },
    { host: 'localhost:9000' },
    { host: '[::1]:8233' },
    { host: here(), origin: `http://${here()}`, 'sec-fetch-site': 'same-origin' },
    { host: here(), 'sec-fetch-site': 'none' },
    { host: 'temporal.example.org', origin: 'https://temporal.example.org', 'sec-fetch-site': 'same-origin' },
  ];
  for (const headers of own) {
    const answer = await ask(headers, { method: 'POST', path: '/api/v1/x?y=%20', body: 'reset' });
    expect(answer).toMatchObject({ statusCode: 200, text: 'the UI has reset' });
    expect(answer.headers['set-cookie']).toEqual(['_csrf=token; Path=/']);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expect(answer.headers).toMatchObject({
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'SAMEORIGIN',
    });
    expect(passed.at(-1)).toEqual({ url: '/api/v1/x?y=%20', method: 'POST', body: 'reset' });
  }
});

test.each([
  ['two Host headers', (own: string) => `GET / HTTP/1.1\r\nHost: ${own}\r\nHost: evil.example\r\n\r\n`],
  ['a target with a host', (own: string) => `GET http://evil.example/ HTTP/1.1\r\nHost: ${own}\r\n\r\n`],
  ['HTTP/1.0 without a Host', () => 'GET / HTTP/1.0\r\n\r\n'],
  ['a tunnel', (own: string) => `CONNECT ${own} HTTP/1.1\r\nHost: ${own}\r\n\r\n`],
])('%s is refused', async (_what, text) => {
  const socket = connect(port, '127.0.0.1', () => socket.end(text(here())));
  let answer = '';
  for await (const data of socket) answer += String(data);
  expect(answer).toMatch(/^(?:HTTP\/1\.1 4\d\d |$)/);
  expect(passed).toEqual([]);
});

test('a UI that is not there yet is a 502 that does not say where it would be', async () => {
  const { port: hidden } = ui.address() as AddressInfo;
  ui.close();
  await once(ui, 'close');
  const answer = await ask({ host: here() });
  expect(answer.statusCode).toBe(502);
  expect(JSON.stringify(answer.headers) + answer.text).not.toContain(String(hidden));
});

test('a door is read from the argument that it was written into', () => {
  const door = { at: { host: '127.0.0.1', port: 8233 }, to: { host: '127.83.21.9', port: 8123 } };
  expect(readUiDoor(uiDoorArgument(door))).toEqual(door);
  expect(readUiDoor('/usr/bin/temporal')).toBeUndefined();
  expect(readUiDoor(undefined)).toBeUndefined();
});
