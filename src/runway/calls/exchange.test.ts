/** Each fault of a wire, made with real sockets: what the exchange tells of it, and what it means for a create. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { Agent } from 'undici';
import { type Exchange, exchange, type ExchangeOptions } from './exchange';
import { submitOutcome } from './submit-outcome';

const KEY = `key_${'5'.repeat(128)}`;
const TASK_ID = '695f1a48-dd9f-4f21-8b52-0a4f6d2f2c11';
const CREATED = JSON.stringify({ id: TASK_ID, estimatedCost: { credits: 80 } });

/** A server of bytes: it counts what comes and does to the socket what the test says. */
class Wire {
  connections = 0;
  received = '';
  private readonly sockets = new Set<Socket>();
  private constructor(private readonly server: Server) {}

  static async open(
    onRequest: (socket: Socket) => void,
    onConnection: (socket: Socket) => void = () => {},
  ): Promise<Wire> {
    const server = createServer();
    const wire = new Wire(server);
    server.on('connection', (socket) => {
      wire.connections += 1;
      wire.sockets.add(socket);
      socket.on('error', () => {});
      let request = '';
      socket.on('data', (chunk) => {
        wire.received += chunk.toString('latin1');
        request += chunk.toString('latin1');
        const end = request.indexOf('\r\n\r\n');
        if (end < 0) return;
        const length = Number(/content-length: (\d+)/i.exec(request)?.[1] ?? 0);
        if (request.length < end + 4 + length) return;
        request = '';
        onRequest(socket);
      });
      onConnection(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return wire;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }
  get requests(): number {
    return this.received.match(/POST \/v1\/text_to_video HTTP/g)?.length ?? 0;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }
}

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

async function wireThat(
  onRequest: (socket: Socket) => void,
  onConnection?: (socket: Socket) => void,
): Promise<Wire> {
  const wire = await Wire.open(onRequest, onConnection);
  open.push(wire);
  return wire;
}

/** One paid create, as `createRunway` sends it. */
function create(baseUrl: string, options: Partial<ExchangeOptions> = {}, apiSecret = KEY): Promise<Exchange> {
  return exchange({ apiSecret, baseUrl }, { timeoutMs: 60_000, ...options }, (client) =>
    client.textToVideo.create({
      model: 'veo3.1_fast',
      promptText: 'A calm sea',
      ratio: '720:1280',
      duration: 8,
      audio: false,
    }),
  );
}

const outcome = (evidence: Exchange) => submitOutcome(evidence, Date.now());

function answer(status: string, body: string, headers: Record<string, string | number> = {}): string {
  const all = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${body}`;
}

const says =
  (text: string): ((socket: Socket) => void) =>
  (socket) =>
    socket.write(text);
const saysAndCloses =
  (text: string): ((socket: Socket) => void) =>
  (socket) =>
    socket.end(text);

describe('a create that never left', () => {
  const neverLeft = (evidence: Exchange, wire?: Wire) => {
    expect(evidence.connected).toBe(false);
    expect(outcome(evidence)).toMatchObject({ kind: 'not_sent', refusal: { entry: { code: 'not_sent' } } });
    expect(wire?.requests ?? 0).toBe(0);
    expect(wire?.received ?? '').not.toContain(KEY);
  };

  test('because nobody listens', async () => {
    const wire = await wireThat(() => {});
    const { url } = wire;
    await wire.close();
    const evidence = await create(url);
    neverLeft(evidence, wire);
    expect(evidence.fault?.code).toBe('ECONNREFUSED');
  });

  test('because the name is not found', async () => {
    neverLeft(await create('http://name.invalid'));
  });

  test('because the other side resets while the connection is made', async () => {
    const wire = await wireThat(
      () => {},
      (socket) => socket.resetAndDestroy(),
    );
    const evidence = await create(`https://127.0.0.1:${wire.port}`);
    neverLeft(evidence, wire);
    expect(wire.connections).toBe(1);
  });

  test('because the other side speaks no TLS', async () => {
    const wire = await wireThat(
      () => {},
      (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    );
    const evidence = await create(`https://127.0.0.1:${wire.port}`);
    neverLeft(evidence, wire);
    expect(evidence.fault?.code).toMatch(/SSL|EPROTO/);
  });

  test('because no connection came about in time', async () => {
    // TLS that the other side never answers: the connection is asked for and never stands.
    const wire = await wireThat(() => {});
    const evidence = await create(`https://127.0.0.1:${wire.port}`, { timeoutMs: 300 });
    neverLeft(evidence, wire);
    expect(evidence.fault?.code).toBe('TIMEOUT');
  });

  test('because the time to send had passed when the connection stood: the server saw no byte', async () => {
    const wire = await wireThat(says(answer('200 OK', CREATED)));
    const evidence = await create(wire.url, { sendBefore: Date.now() - 1 });
    neverLeft(evidence, wire);
    expect(evidence.fault?.code).toBe('SEND_DEADLINE');
    expect(wire.received).toBe('');
  });

  test('because it cannot be put into a request', async () => {
    const wire = await wireThat(says(answer('200 OK', CREATED)));
    neverLeft(await create(wire.url, {}, `key_${'5'.repeat(60)}\n${'5'.repeat(60)}`), wire);
    expect(wire.connections).toBe(0);
  });
});

type Kind = ReturnType<typeof submitOutcome>['kind'];
const chunked = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const RUNWAYS_ERROR = JSON.stringify({ error: 'Try again later.' });
const HTML = '<html><body>Bad gateway</body></html>';

/** What the server does with the whole request, and what that means. */
const AFTER_THE_REQUEST: [does: string, onRequest: (socket: Socket) => void, kind: Kind, code?: string][] = [
  ['resets the connection', (socket) => socket.resetAndDestroy(), 'unknown', 'ECONNRESET'],
  ['closes the connection', (socket) => socket.end(), 'unknown', 'UND_ERR_SOCKET'],
  ['never answers', () => {}, 'unknown', 'TIMEOUT'],
  ['sends half a status line', says('HTTP/1.1 20'), 'unknown', 'TIMEOUT'],
  ['speaks no HTTP', saysAndCloses('hello\r\n\r\n'), 'unknown', 'FAULT'],
  ['says 200 and stalls', says(answer('200 OK', '', { 'content-length': 99 })), 'unknown', 'TIMEOUT'],
  [
    'says 200 and the ID, and stalls',
    says(answer('200 OK', `{"id":"${TASK_ID}",`, { 'content-length': 99 })),
    'created',
    'TIMEOUT',
  ],
  [
    'cuts a body with a length after the ID',
    saysAndCloses(answer('200 OK', `{"id":"${TASK_ID}",`, { 'content-length': 99 })),
    'created',
    'UND_ERR_SOCKET',
  ],
  [
    'cuts a body with a length in the ID',
    saysAndCloses(answer('200 OK', `{"id":"${TASK_ID.slice(0, 30)}`, { 'content-length': 99 })),
    'unknown',
    'UND_ERR_SOCKET',
  ],
  [
    'cuts a chunked body after the ID',
    saysAndCloses(
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunked(`{"id":"${TASK_ID}","est`)}`,
    ),
    'created',
    'UND_ERR_SOCKET',
  ],
  [
    'cuts a body without a length after the ID: no error at all',
    saysAndCloses(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{"id":"${TASK_ID}","est`),
    'created',
  ],
  [
    'cuts a body without a length in the ID: no error at all',
    saysAndCloses(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{"id":"${TASK_ID.slice(0, 35)}`),
    'unknown',
  ],
  ['answers as it should', says(answer('200 OK', CREATED)), 'created'],
  ['answers 201', says(answer('201 Created', CREATED)), 'created'],
  ['says 200 with a page', says(answer('200 OK', HTML)), 'unknown'],
  ['says 200 with JSON that holds no ID', says(answer('200 OK', '{"ok":true}')), 'unknown'],
  ['says 204', says('HTTP/1.1 204 No Content\r\n\r\n'), 'unknown'],
  ['says 205 with a body', says(answer('205 Reset Content', '{}')), 'unknown'],
  ['says 302', says(answer('302 Found', '', { location: '/elsewhere' })), 'unknown'],
  ['says 307', says(answer('307 Temporary Redirect', '', { location: '/v1/text_to_video' })), 'unknown'],
  [
    'says 421, after which fetch would send again',
    says(answer('421 No', RUNWAYS_ERROR)),
    'unknown',
    'SENT_ONCE',
  ],
  ['says 400 in Runway’s JSON', says(answer('400 Bad Request', RUNWAYS_ERROR)), 'refused'],
  ['says 401 in Runway’s JSON', says(answer('401 Unauthorized', RUNWAYS_ERROR)), 'refused'],
  ['says 429 in Runway’s JSON', says(answer('429 Too Many', RUNWAYS_ERROR)), 'refused'],
  ['says 503 in Runway’s JSON', says(answer('503 Busy', RUNWAYS_ERROR)), 'refused'],
  ['says 503 with a page', says(answer('503 Busy', HTML)), 'unknown'],
  ['says 407 with a page', says(answer('407 Proxy', HTML)), 'unknown', 'FAULT'],
  ['says 408 in Runway’s JSON', says(answer('408 Time', RUNWAYS_ERROR)), 'unknown'],
  ['says 504 in Runway’s JSON', says(answer('504 Time', RUNWAYS_ERROR)), 'unknown'],
  [
    'cuts a refusal short',
    saysAndCloses(answer('400 Bad Request', RUNWAYS_ERROR, { 'content-length': 99 })),
    'unknown',
    'UND_ERR_SOCKET',
  ],
];

/** Sends a create to such a server. @returns what is left of it. */
async function createWith(onRequest: (socket: Socket) => void, options?: Partial<ExchangeOptions>) {
  const wire = await wireThat(onRequest);
  const evidence = await create(wire.url, options);
  const is = outcome(evidence);
  expect(wire.connections).toBeLessThanOrEqual(2);
  return {
    connected: evidence.connected,
    kind: is.kind,
    code: evidence.fault?.code,
    requests: wire.requests,
    taskId: is.kind === 'created' ? is.runwayTaskId : undefined,
  };
}

/** One request, whole and once. */
const left = (kind: Kind, code?: string) => ({
  connected: true,
  kind,
  code,
  requests: 1,
  taskId: kind === 'created' ? TASK_ID : undefined,
});
const isStall = ([, , , code]: (typeof AFTER_THE_REQUEST)[number]) => code === 'TIMEOUT';

const ANSWERS = AFTER_THE_REQUEST.filter((row) => !isStall(row));
test.each(ANSWERS.map(([does, onRequest, kind, code]) => ({ does, onRequest, kind, code })))(
  'a server that $does got one request, whole and once',
  async ({ onRequest, kind, code }) => {
    expect(await createWith(onRequest)).toEqual(left(kind, code));
  },
);

test('servers that stall got one request each, whole and once', async () => {
  const stalls = AFTER_THE_REQUEST.filter(isStall);
  // Time for a slow machine to send, and to read what comes before the stall: all of them wait at once.
  const found = await Promise.all(
    stalls.map(async ([does, onRequest]) => [does, await createWith(onRequest, { timeoutMs: 3_000 })]),
  );
  expect(found).toEqual(stalls.map(([does, , kind, code]) => [does, left(kind, code)]));
});

test('a connection that is closed right after it was accepted leaves the outcome unknown', async () => {
  const wire = await wireThat(
    () => {},
    (socket) => socket.destroy(),
  );
  const evidence = await create(wire.url);
  expect(evidence.connected).toBe(true);
  expect(outcome(evidence).kind).toBe('unknown');
  expect(wire.requests).toBeLessThanOrEqual(1);
});

test('a redirect is not followed, and the key does not reach the other host', async () => {
  const elsewhere = await wireThat(says(answer('200 OK', CREATED)));
  const wire = await wireThat(says(answer('308 Moved', '', { location: `${elsewhere.url}/v1/x` })));
  expect(await create(wire.url)).toMatchObject({ status: 308 });
  expect(elsewhere.connections).toBe(0);
});

describe('a body without end', () => {
  const flood = (start: string) => (socket: Socket) => {
    socket.write(answer('200 OK', '', { 'content-length': 9_000_000 }) + start);
    const block = 'x'.repeat(65_536);
    const more = () => {
      while (!socket.destroyed && socket.write(block));
    };
    socket.on('drain', more);
    more();
  };

  test('is read up to a bound', async () => {
    const wire = await wireThat(flood(''));
    const evidence = await create(wire.url);
    expect(evidence.fault?.code).toBe('BODY_TOO_LONG');
    expect(evidence.bodyText.length).toBeLessThan(2_000_000);
    expect(outcome(evidence).kind).toBe('unknown');
  });

  test('still gives the ID that it began with', async () => {
    const wire = await wireThat(flood(`{"id":"${TASK_ID}",`));
    expect(outcome(await create(wire.url))).toMatchObject({ kind: 'created', runwayTaskId: TASK_ID });
  });
});

test('every create has a connection of its own, whatever the server would keep alive', async () => {
  const ports: (number | undefined)[] = [];
  const wire = await wireThat((socket) => {
    ports.push(socket.remotePort);
    socket.write(answer('200 OK', CREATED, { connection: 'keep-alive' }));
  });
  await create(wire.url);
  await create(wire.url);
  expect(new Set(ports).size).toBe(2);
  expect(wire.requests).toBe(2);
});

test('a read uses the connections that it is given, again and again', async () => {
  const wire = await wireThat(says(answer('200 OK', '{"status":"RUNNING"}', { connection: 'keep-alive' })));
  const dispatcher = new Agent({ connections: 1 });
  open.push({ close: () => dispatcher.destroy() });
  await create(wire.url, { dispatcher });
  await create(wire.url, { dispatcher });
  expect([wire.requests, wire.connections]).toEqual([2, 1]);
});

test('what support asks for, and when to come back, is kept', async () => {
  const headers = { 'apigw-requestid': 'req-1', 'retry-after': '7' };
  const wire = await wireThat(says(answer('429 Too Many', RUNWAYS_ERROR, headers)));
  const evidence = await create(wire.url);
  expect(evidence).toMatchObject({ status: 429, requestId: 'req-1', retryAfter: '7' });
  expect(outcome(evidence)).toMatchObject({
    kind: 'refused',
    refusal: { httpStatus: 429, requestId: 'req-1', retryAfterMs: 7_000, words: 'Try again later.' },
  });
});

test('the request carries the key, the version and exactly the body', async () => {
  const wire = await wireThat(says(answer('200 OK', CREATED)));
  await create(wire.url);
  expect(wire.received).toMatch(new RegExp(`authorization: Bearer ${KEY}\r\n`, 'i'));
  expect(wire.received).toMatch(/x-runway-version: 2024-11-06\r\n/i);
  expect(JSON.parse(wire.received.split('\r\n\r\n')[1] ?? '')).toEqual({
    model: 'veo3.1_fast',
    promptText: 'A calm sea',
    ratio: '720:1280',
    duration: 8,
    audio: false,
  });
});

describe('the key', () => {
  test('is not kept from an answer that quotes it', async () => {
    const quoting = JSON.stringify({ error: `Invalid API key ${KEY}` });
    const wire = await wireThat(says(answer('401 Unauthorized', quoting)));
    const evidence = await create(wire.url);
    expect(JSON.stringify([evidence, outcome(evidence)])).not.toContain(KEY);
    expect(evidence.bodyText).toContain('Invalid API key [key]');
  });

  test('is not kept from a fault that quotes it', async () => {
    const bad = `key_${'5'.repeat(60)}\u2026${'5'.repeat(60)}`;
    const evidence = await create('http://127.0.0.1:9', {}, bad);
    expect(evidence.fault).toBeDefined();
    expect(JSON.stringify(evidence)).not.toContain('5'.repeat(60));
  });
});

describe('time', () => {
  test('an exchange ends when its caller says so', async () => {
    const controller = new AbortController();
    const wire = await wireThat(() => controller.abort());
    expect(outcome(await create(wire.url, { signal: controller.signal })).kind).toBe('unknown');

    const aborted = await create(wire.url, { signal: AbortSignal.abort() });
    expect(outcome(aborted).kind).toBe('not_sent');
    expect(wire.requests).toBe(1);
  });

  test('a body that stalls ends in time, also while the garbage collector runs', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const collecting = setInterval(collect, 20);
    try {
      const wire = await wireThat(says(answer('200 OK', '{', { 'content-length': 99 })));
      expect(await create(wire.url, { timeoutMs: 200 })).toMatchObject({ fault: { code: 'TIMEOUT' } });
    } finally {
      clearInterval(collecting);
    }
  });

  test('a frozen process still reads the answer that lies in its socket', async () => {
    // The server has a thread of its own: it answers while this one stands still.
    const answered = new Int32Array(new SharedArrayBuffer(4));
    const frozen = new Int32Array(new SharedArrayBuffer(4));
    const server = new Worker(
      `const { parentPort, workerData: { answered, frozen, bytes } } = require('node:worker_threads');
       const server = require('node:net').createServer((socket) => {
         socket.on('error', () => {});
         socket.once('data', () => {
           parentPort.postMessage('asked');
           Atomics.wait(frozen, 0, 0);
           socket.write(bytes, () => { Atomics.store(answered, 0, 1); Atomics.notify(answered, 0); });
         });
       });
       server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
      { eval: true, workerData: { answered, frozen, bytes: answer('200 OK', CREATED) } },
    );
    open.push({ close: () => server.terminate() });
    const [port] = (await once(server, 'message')) as [number];
    const asked = once(server, 'message');
    const evidence = create(`http://127.0.0.1:${port}`, { timeoutMs: 1_500 });
    await asked;
    Atomics.store(frozen, 0, 1);
    Atomics.notify(frozen, 0);
    Atomics.wait(answered, 0, 0);
    // Longer than the time-out, with the answer in the socket.
    Atomics.wait(frozen, 0, 1, 1_600);
    expect(outcome(await evidence)).toMatchObject({ kind: 'created', runwayTaskId: TASK_ID });
  });
});
