/** Files from real servers: what is followed, what is refused before a connection, and what ends a slow one. */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { DownloadFault, type DownloadOptions, openDownload } from './download';

const servers: (Server | TcpServer)[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  }
});

async function listen<T extends Server | TcpServer>(server: T): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A server, and the head of each request that it had. */
async function serve(answer: RequestListener) {
  const seen: { url: string; headers: string[] }[] = [];
  const port = await listen(
    createServer((req, res) => {
      seen.push({ url: req.url ?? '', headers: Object.keys(req.headers).sort() });
      answer(req, res);
    }),
  );
  return { url: `http://127.0.0.1:${port}`, port, seen };
}

const here: DownloadOptions = { reach: () => 'anywhere', signal: new AbortController().signal };

async function fetched(address: string, changes: Partial<DownloadOptions> = {}) {
  const download = await openDownload(address, { ...here, ...changes });
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of download.body as AsyncIterable<Buffer>) chunks.push(chunk);
    return { ...download, content: Buffer.concat(chunks) };
  } finally {
    download.close();
  }
}

const redirect =
  (status: number, location: string): RequestListener =>
  (_req, res) =>
    res.writeHead(status, { location, 'set-cookie': 'a=b' }).end('moved');

test.each([301, 302, 303, 307, 308])(
  'a redirect by %s is followed, and nothing is told on the way',
  async (status) => {
    const cdn = await serve((_req, res) =>
      res.writeHead(200, { 'content-type': 'video/mp4', 'content-length': 8 }).end('the file'),
    );
    const { url, seen } = await serve(redirect(status, `${cdn.url}/file?signed=yes`));
    const got = await fetched(`${url}/first`);
    expect(got.content.toString()).toBe('the file');
    expect(got).toMatchObject({ bytes: 8, contentType: 'video/mp4' });
    expect(cdn.seen.map(({ url }) => url)).toEqual(['/file?signed=yes']);
    // No key, no cookie, no address that it came from.
    for (const { headers } of [...seen, ...cdn.seen]) {
      expect(headers).toEqual(['accept', 'accept-encoding', 'connection', 'host']);
    }
  },
);

test('a redirect may be relative, and follow another', async () => {
  const { url, seen } = await serve((req, res) => {
    const hop = Number(req.url?.slice(1));
    if (hop < 5) res.writeHead(302, { location: `${hop + 1}` }).end();
    else res.end('the file');
  });
  expect((await fetched(`${url}/0`)).content.toString()).toBe('the file');
  expect(seen).toHaveLength(6);
});

test('redirects without end are given up after five', async () => {
  const { url, seen } = await serve((req, res) => redirect(302, `/again${req.url}`)(req, res));
  await expect(fetched(`${url}/x`)).rejects.toThrow('redirects more than 5 times');
  expect(seen).toHaveLength(6);
});

test.each<[string, RequestListener, RegExp]>([
  ['a redirect without a place', (_req, res) => res.writeHead(302).end(), /302 and does not say where/],
  ['a redirect to another kind of address', redirect(302, 'file:///etc/passwd'), /none of the web/],
  ['a redirect to nothing that is an address', redirect(302, 'https://'), /none of the web/],
  ['no such file', (_req, res) => res.writeHead(404).end('{}'), /^its address answers HTTP 404$/],
  ['a fault of the host', (_req, res) => res.writeHead(503).end(), /HTTP 503/],
  ['no content', (_req, res) => res.writeHead(204).end(), /HTTP 204/],
  ['a part that was not asked for', (_req, res) => res.writeHead(206).end('half'), /HTTP 206/],
  [
    'a strange encoding',
    (_req, res) => res.writeHead(200, { 'content-encoding': 'lzma' }).end('x'),
    /compressed/,
  ],
  [
    'a closed connection',
    (req) => req.socket.destroy(),
    /^the connection failed: it broke the connection off$/,
  ],
])('%s is told in words, without the address', async (_what, answer, words) => {
  const { url } = await serve(answer);
  const fault: unknown = await fetched(`${url}/secret?signature=abc`).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(DownloadFault);
  expect((fault as Error).message).toMatch(words);
  expect((fault as Error).message).not.toMatch(/secret|abc/);
});

test.each([
  ['gzip', gzipSync],
  ['br', brotliCompressSync],
])('what was sent as %s is the file again, and its length is not that of the body', async (encoding, zip) => {
  const zipped = zip(Buffer.alloc(10_000, 'a'));
  const { url } = await serve((_req, res) =>
    res.writeHead(200, { 'content-encoding': encoding, 'content-length': zipped.length }).end(zipped),
  );
  const got = await fetched(url);
  expect(got.content).toHaveLength(10_000);
  expect(got.bytes).toBeUndefined();
});

test.each(['identity, gzip', 'aws-chunked,GZIP', 'gzip, utf-8'])(
  'of a list of encodings (%s) the one that compresses is undone',
  async (encoding) => {
    const { url } = await serve((_req, res) =>
      res.writeHead(200, { 'content-encoding': encoding }).end(gzipSync('the file')),
    );
    expect((await fetched(url)).content.toString()).toBe('the file');
  },
);

test('what was compressed twice is not undone', async () => {
  const { url } = await serve((_req, res) => res.writeHead(200, { 'content-encoding': 'gzip, br' }).end('x'));
  await expect(fetched(url)).rejects.toThrow('it is compressed more than once');
});

test.each(['binary', 'none', 'utf-8', '8bit', 'video/mp4', 'aws-chunked', 'identity;q=1'])(
  'an encoding that is none (%s) is passed over, as browsers do',
  async (encoding) => {
    const { url } = await serve((_req, res) =>
      res.writeHead(200, { 'content-encoding': encoding, 'content-length': 8 }).end('the file'),
    );
    expect(await fetched(url)).toMatchObject({ content: Buffer.from('the file'), bytes: 8 });
  },
);

test.each<[string, number, Record<string, string>]>([
  ['through a proxy that changes things', 203, {}],
  ['as a part that is all of it', 206, { 'content-range': 'bytes 0-7/8' }],
  ['with many headers', 200, { 'content-security-policy': 'x'.repeat(100_000) }],
])('the file comes %s', async (_what, status, headers) => {
  const { url } = await serve((_req, res) => res.writeHead(status, headers).end('the file'));
  expect((await fetched(url)).content.toString()).toBe('the file');
});

test.each(['bytes 0-3/8', 'bytes 4-7/8', 'bytes 0-7/*'])('a part (%s) is not the file', async (range) => {
  const { url } = await serve((_req, res) => res.writeHead(206, { 'content-range': range }).end('file'));
  await expect(fetched(url)).rejects.toThrow('HTTP 206');
});

test.each([
  ['UTF-8', 'utf8', '/f%c3%a9te'],
  ['Latin-1', 'latin1', '/f%e9te'],
] as const)('a redirect to a name in %s leads to that name', async (_what, encoding, asked) => {
  const { url, seen } = await serve((req, res) => {
    // Node writes headers as Latin-1.
    const location = Buffer.from('/f\u00e9te', encoding).toString('latin1');
    if (req.url === '/') res.writeHead(302, { location }).end();
    else res.end('the file');
  });
  expect((await fetched(url)).content.toString()).toBe('the file');
  expect(seen.at(-1)?.url).toBe(asked);
});

test('damaged compression is a fault of the download', async () => {
  const { url } = await serve((_req, res) =>
    res.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip'),
  );
  const download = await openDownload(url, here);
  download.body.resume();
  const [error] = (await once(download.body, 'error')) as [NodeJS.ErrnoException];
  download.close();
  expect(error.code).toBe('Z_DATA_ERROR');
});

describe('an address out of reach is not connected to', () => {
  let connections: number;
  let port: number;
  beforeEach(async () => {
    connections = 0;
    port = await listen(
      createTcpServer((socket) => {
        connections += 1;
        socket.destroy();
      }),
    );
  });
  afterEach(() => expect(connections).toBe(0));

  const leadsTo = (address: string) => ({
    resolve: async () => [{ address, family: address.includes(':') ? 6 : 4 }],
  });
  const isPublic = { reach: () => 'public' as const };

  test.each([
    'https://127.0.0.1',
    'https://localhost',
    'https://[::1]',
    'https://127.1',
    'https://[::ffff:127.0.0.1]',
  ])('%s, at first', async (host) => {
    await expect(fetched(`${host}:${port}/`, isPublic)).rejects.toThrow(
      /^it is not fetched: .* public address/,
    );
  });

  test.each(['127.0.0.1', '10.0.0.1', '169.254.169.254', '::1', 'fd00::1', '64:ff9b::7f00:1'])(
    'a name that leads to %s, at first',
    async (address) => {
      const options = { ...isPublic, ...leadsTo(address) };
      await expect(fetched(`https://cdn.example.org:${port}/`, options)).rejects.toThrow(address);
    },
  );

  test.each([
    ['http, where https was asked for', 'http://cdn.example.org', 'must begin with https'],
    ['this machine', 'https://127.0.0.1', 'public address'],
    ['a name of the own network', 'https://cdn.example.org', '10.0.0.1'],
  ])('after a redirect to %s', async (_what, to, words) => {
    const { url } = await serve(redirect(302, `${to}:${port}/`));
    // Only the first hop is the simulator's own.
    const reach: DownloadOptions['reach'] = ({ origin }) => (origin === url ? 'anywhere' : 'public');
    await expect(fetched(url, { reach, ...leadsTo('10.0.0.1') })).rejects.toThrow(words);
  });
});

test('a name is asked for once at each hop, and that address is connected to', async () => {
  const asked: string[] = [];
  const resolve = async (host: string) => {
    asked.push(host);
    return [{ address: '127.0.0.1', family: 4 }];
  };
  const { port } = await serve((req, res) => {
    if (req.headers.host?.startsWith('one')) redirect(302, `http://two.example:${port}/`)(req, res);
    else res.end('the file');
  });
  const got = await fetched(`http://one.example:${port}/`, { resolve });
  expect(got.content.toString()).toBe('the file');
  expect(asked).toEqual(['one.example', 'two.example']);
});

describe('the least rate', () => {
  beforeEach(() => {
    // Minutes go by at once; the sockets are real.
    jest.useFakeTimers({
      doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate', 'performance'],
    });
  });
  afterEach(() => jest.useRealTimers());

  /** Runs for this long: each second the other side may send something. */
  async function pass(seconds: number, eachSecond: (second: number) => void = () => undefined) {
    for (let second = 0; second < seconds; second += 1) {
      eachSecond(second);
      for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
      jest.advanceTimersByTime(1_000);
    }
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  }

  async function outcomeOf(listener: RequestListener) {
    const { url } = await serve(listener);
    const state: { fault?: Error; done?: true } = {};
    const work = fetched(url).then(
      () => (state.done = true),
      (error: Error) => (state.fault = error),
    );
    return { state, work };
  }

  test('ends a body that drips', async () => {
    let drip: (() => void) | undefined;
    const { state, work } = await outcomeOf((_req, res) => {
      res.writeHead(200, { 'content-length': 1_000_000 });
      res.flushHeaders();
      drip = () => res.write('.');
    });
    await pass(58, (second) => second % 20 === 0 && drip?.());
    expect(state).toEqual({});
    await pass(4);
    await work;
    expect(state.fault?.message).toMatch(/^only \d bytes came within 60 s$/);
  });

  test('ends an answer that never comes', async () => {
    const { state, work } = await outcomeOf(() => undefined);
    await pass(62);
    await work;
    expect(state.fault?.message).toBe('nothing came within 60 s');
  });

  test('lets a slow one go on for as long as it takes', async () => {
    let send: (() => void) | undefined;
    let end: (() => void) | undefined;
    const { state, work } = await outcomeOf((_req, res) => {
      send = () => res.write(Buffer.alloc(2_000));
      end = () => res.end();
    });
    // 120 kB a minute, for ten.
    await pass(600, () => send?.());
    expect(state).toEqual({});
    end?.();
    await work;
    expect(state.done).toBe(true);
  });

  test('leaves no timer behind', async () => {
    const { work } = await outcomeOf((_req, res) => res.end('the file'));
    await work;
    expect(jest.getTimerCount()).toBe(0);
  });
});

test('whoever ends it hears of that, and not of a fault', async () => {
  const stop = new AbortController();
  const { url } = await serve((_req, res) => {
    res.write('half');
    setImmediate(() => stop.abort(new Error('stopped')));
  });
  await expect(fetched(url, { signal: stop.signal })).rejects.toThrow('stopped');
});
