/** A paid create through a real proxy: at each step of a tunnel that breaks, whether anything was sent. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import nodeTls, { type TLSSocket } from 'node:tls';
import { connectorFor } from '../../platform/outbound/connector';
import { readProxies } from '../../platform/outbound/proxies';
import { type Certificate, certificateFor } from '../../../test/support/certificate';
import { ConnectProxy, type ProxyWay } from '../../../tools/stack/connect-proxy';
import { type Exchange, exchange } from './exchange';
import { createRunway } from '../runway';
import { submitOutcome } from './submit-outcome';

const KEY = `key_${'5'.repeat(128)}`;
const TASK_ID = '695f1a48-dd9f-4f21-8b52-0a4f6d2f2c11';
const CREATED = JSON.stringify({ id: TASK_ID });
/** Resolves nowhere but at the proxy. */
const HOST = 'runway.invalid';

let tls: Certificate;
beforeAll(() => {
  tls = certificateFor(HOST);
});

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(open.splice(0).map((one) => one.close()));
});

/** As `NODE_EXTRA_CA_CERTS` would, from the start of a process on. */
function believeCertificate(): void {
  const real = nodeTls.connect as (options: nodeTls.ConnectionOptions) => TLSSocket;
  const believing = (options: nodeTls.ConnectionOptions) =>
    real({ ...options, ca: tls.cert, checkServerIdentity: () => undefined });
  jest.spyOn(nodeTls, 'connect').mockImplementation(believing as typeof nodeTls.connect);
}

/** Runway, and what it was asked. */
async function runway(scheme: 'http' | 'https' = 'http') {
  const posts: string[] = [];
  const names: (string | false | null)[] = [];
  const server: Server = scheme === 'https' ? createTlsServer(tls) : createServer();
  server.on('request', (req, res) => {
    posts.push(`${req.method} ${req.url}`);
    res.setHeader('content-type', 'application/json').end(CREATED);
  });
  server.on('secureConnection', (socket: TLSSocket & { servername?: string | false }) =>
    names.push(socket.servername ?? null),
  );
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  open.push({ close });
  return { posts, names, port, baseUrl: `${scheme}://${HOST}:${port}` };
}

async function proxyThat(...args: Parameters<typeof ConnectProxy.open>): Promise<ConnectProxy> {
  const proxy = await ConnectProxy.open(...args);
  open.push(proxy);
  return proxy;
}

const access = (baseUrl: string, proxyUrl: string, timeoutMs = 2_000) => ({
  apiSecret: KEY,
  baseUrl,
  connector: () => connectorFor(readProxies({ ALL_PROXY: proxyUrl }), { timeoutMs }),
});

function create(...[baseUrl, proxyUrl, timeoutMs]: Parameters<typeof access>): Promise<Exchange> {
  return exchange(access(baseUrl, proxyUrl, timeoutMs), { timeoutMs: 5_000 }, (client) =>
    client.textToVideo.create({
      model: 'veo3.1_fast',
      promptText: 'A calm sea',
      ratio: '720:1280',
      duration: 8,
      audio: false,
    }),
  );
}

const kindOf = (evidence: Exchange) => submitOutcome(evidence, Date.now()).kind;

test.each(['http', 'https'] as const)(
  'over %s it is sent through the tunnel, to the name, once',
  async (scheme) => {
    believeCertificate();
    const { posts, names, port, baseUrl } = await runway(scheme);
    const proxy = await proxyThat();
    expect(kindOf(await create(baseUrl, proxy.url))).toBe('created');
    expect(posts).toEqual(['POST /v1/text_to_video']);
    expect(proxy.targets).toEqual([`${HOST}:${port}`]);
    if (scheme === 'https') expect(names).toEqual([HOST]);
    // What the proxy is told of is the host only.
    expect(proxy.heads.join()).not.toContain(KEY);
  },
);

test('the proxy may be spoken to over TLS, and know its users', async () => {
  believeCertificate();
  const { baseUrl } = await runway('https');
  const proxy = await proxyThat('works', tls);
  const url = proxy.url.replace('//', '//us%40er:pass%3A@');
  expect(kindOf(await create(baseUrl, url))).toBe('created');
  expect(proxy.heads[0]).toContain(
    `\r\nProxy-Authorization: Basic ${Buffer.from('us@er:pass:').toString('base64')}`,
  );
});

describe('nothing was sent', () => {
  const notSent = (evidence: Exchange, code: string, words: string) => {
    expect(evidence.connected).toBe(false);
    expect(kindOf(evidence)).toBe('not_sent');
    expect(evidence.fault?.code).toBe(code);
    expect(evidence.fault?.message).toContain(words);
  };

  test('when nobody listens where the proxy should be', async () => {
    const { posts, baseUrl } = await runway();
    const proxy = await ConnectProxy.open();
    const { url } = proxy;
    await proxy.close();
    const evidence = await create(baseUrl, url);
    notSent(evidence, 'PROXY_UNREACHABLE', `${url} (ALL_PROXY) cannot be reached (ECONNREFUSED)`);
    expect(posts).toEqual([]);
  });

  test.each<[string, ProxyWay, string, string]>([
    ['it forbids', { refuses: 403 }, 'PROXY_REFUSED', `refused the connection to ${HOST}:`],
    ['it wants to know who asks', { refuses: 407 }, 'PROXY_REFUSED', ': 407 No'],
    ['it does not reach the host', { refuses: 502 }, 'PROXY_REFUSED', ': 502 No'],
    ['it redirects', { refuses: 302 }, 'PROXY_REFUSED', ': 302 No'],
    [
      'it is no proxy',
      { says: 'SSH-2.0-OpenSSH_9.9\r\n\r\n' },
      'PROXY_REFUSED',
      'with something else than HTTP',
    ],
    [
      'it speaks for the other side',
      { says: `HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}` },
      'PROXY_REFUSED',
      ': 200 OK',
    ],
    [
      'its answer has no end',
      { says: 'HTTP/1.1 200 OK\r\n'.padEnd(20_000, 'x') },
      'PROXY_REFUSED',
      ': 200 OK',
    ],
    ['it breaks off', 'cuts', 'PROXY_CUT', 'before its answer'],
    ['it breaks off in its answer', { says: 'HTTP/1.1 200 O' }, 'PROXY_CUT', 'before its answer'],
  ])('when %s', async (_what, way, code, words) => {
    const { posts, baseUrl } = await runway();
    const proxy = await proxyThat(way);
    notSent(await create(baseUrl, proxy.url), code, words);
    expect(posts).toEqual([]);
    expect(proxy.targets).toHaveLength(1);
  });

  test('when it says nothing', async () => {
    const { posts, baseUrl } = await runway();
    const proxy = await proxyThat('hangs');
    notSent(await create(baseUrl, proxy.url, 100), 'PROXY_SILENT', 'does not answer to CONNECT');
    expect(posts).toEqual([]);
  });

  test('when it breaks off before TLS stands', async () => {
    const { posts, baseUrl } = await runway('https');
    const proxy = await proxyThat('cuts_after_answer');
    notSent(await create(baseUrl, proxy.url), 'ECONNRESET', '');
    expect(posts).toEqual([]);
  });

  test('when the other side has no certificate that is believed', async () => {
    const { posts, baseUrl } = await runway('https');
    const proxy = await proxyThat();
    notSent(await create(baseUrl, proxy.url), 'DEPTH_ZERO_SELF_SIGNED_CERT', '');
    expect(posts).toEqual([]);
  });

  test('when the time to send has passed meanwhile', async () => {
    const { posts, baseUrl } = await runway();
    const proxy = await proxyThat();
    const evidence = await exchange(
      access(baseUrl, proxy.url),
      { timeoutMs: 5_000, sendBefore: Date.now() - 1 },
      (client) => client.textToVideo.create({} as Parameters<typeof client.textToVideo.create>[0]),
    );
    notSent(evidence, 'SEND_DEADLINE', 'the time to send had passed');
    expect(posts).toEqual([]);
  });

  test('and its password is in no words', async () => {
    const { baseUrl } = await runway();
    const proxy = await proxyThat({ refuses: 407 });
    const evidence = await create(baseUrl, proxy.url.replace('//', '//user:hidden@'));
    expect(JSON.stringify(evidence)).not.toContain('hidden');
  });
});

test('a tunnel that breaks after the request leaves it in doubt, and it is not sent again', async () => {
  const { baseUrl } = await runway();
  const proxy = await proxyThat('cuts_after_request');
  const evidence = await create(baseUrl, proxy.url);
  expect(evidence.connected).toBe(true);
  expect(kindOf(evidence)).toBe('unknown');
  expect(proxy.targets).toHaveLength(1);
});

test('looks and the status page go through it as well, and loopback does not', async () => {
  const { posts, port, baseUrl } = await runway();
  const proxy = await proxyThat();
  const client = createRunway(access(baseUrl, proxy.url));
  await client.readOrganization();
  await client.readStatusPage('http://status.invalid:8099');
  await client.close();
  const direct = createRunway(access(`http://127.0.0.1:${port}`, proxy.url));
  await direct.readOrganization();
  await direct.close();
  expect(posts).toEqual(['GET /v1/organization', 'GET /v1/organization']);
  expect(proxy.targets).toEqual([`${HOST}:${port}`, 'status.invalid:8099']);
});

test('a proxy that cannot be used is told by its variable', async () => {
  const evidence = await create('http://runway.invalid', 'socks5://127.0.0.1:1');
  expect(kindOf(evidence)).toBe('not_sent');
  expect(evidence.fault?.message).toBe(
    'ALL_PROXY names a socks5 proxy, and only http and https ones can be used',
  );
});
