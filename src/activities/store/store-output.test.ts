/** A finished task's video on its way to the disk, from a real HTTP server. */
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { ActivityCancellationDetails, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { StoreArgs, StoreResult } from '../../domain/activity-args';
import type { Backend } from '../../domain/backend';
import type { TaskRead } from '../../runway/calls/task-read';
import { openStorage } from '../../storage/storage';
import { checkStructure } from '../../../test/support/video-check';
import { StorageError } from '../../platform/files/disk-fault';
import type { Storage } from '../../storage/storage';
import type { Resolve } from '../../platform/outbound/guarded-agent';
import type { ActivityDeps } from '../deps';
import { storeOutput } from './store-output';

const VERTICAL = path.join(__dirname, '../../storage/fixtures/vertical-silent-faststart.mp4');
const LATER = { type: 'Runway.OutputDelayed', nonRetryable: false };
const NEVER = { type: 'Runway.OutputUnavailable', nonRetryable: true };

let mp4: Buffer;
let root: string;
let storage: Storage;
let server: Server;
let url: string;
let serve: RequestListener;
let downloads: number;
let readTask: jest.Mock<Promise<TaskRead>, [string]>;
beforeEach(async () => {
  mp4 = await readFile(VERTICAL);
  root = await mkdtemp(path.join(tmpdir(), 'store-'));
  storage = await openStorage({ root, check: checkStructure });
  downloads = 0;
  serve = (_, response) => response.end(mp4);
  server = createServer((request, response) => {
    downloads += 1;
    serve(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  readTask = jest.fn();
  offer(`${url}/video.mp4`);
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  await storage.close();
  await rm(root, { recursive: true, force: true });
});

function offer(...output: string[]): void {
  readTask.mockResolvedValue({ kind: 'task', task: { status: 'SUCCEEDED', output } });
}

const policy = { pollIntervalMs: 5_000 };
const ARGS = {
  reelId: 'a'.repeat(26),
  generation: 1,
  runwayTaskId: 'task-1',
  request: { ratio: '720:1280', duration: 1, audio: 'none' },
  credits: 80,
} as Omit<StoreArgs, 'backend'>;
const LATER_ON = new Date(Date.now() + 3_600_000).toISOString();

function waitingForIn(fault: unknown): string {
  const [envelope] = (fault as { details: { waitingFor?: string }[] }).details;
  return envelope?.waitingFor ?? '';
}

interface Setup {
  readonly backend?: Backend;
  readonly storage?: Storage;
  readonly environment?: MockActivityEnvironment;
  readonly args?: Partial<StoreArgs>;
  readonly resolve?: Resolve;
}

const environmentOf = (attempt = 1, heartbeatDetails?: object) =>
  new MockActivityEnvironment(
    { attempt, heartbeatDetails },
    { logger: new DefaultLogger('ERROR', () => {}) },
  );

function store({ backend, environment = environmentOf(), ...changes }: Setup = {}): Promise<StoreResult> {
  const own = backend ?? { kind: 'runway', baseUrl: url };
  const args = {
    ...ARGS,
    backend: own,
    ...changes.args,
  };
  const deps = { backend: own, storage: changes.storage ?? storage, runway: { readTask }, policy };
  return environment.run(storeOutput(deps as unknown as ActivityDeps, changes.resolve), args);
}

/** Beside the database. */
const files = () =>
  readdir(root, { recursive: true }).then((all) => all.filter((name) => /(?<!^reels)\./.test(name)));

test('the video is stored, measured and compared with the order', async () => {
  const { video, warnings } = await store();
  expect(video).toMatchObject({ bytes: mp4.byteLength, contentType: 'video/mp4', hasAudio: false });
  expect(warnings).toEqual([]);
  expect(await files()).toHaveLength(1);
});

test('an intact file that no browser plays is kept, and the reel fails with its codec in the words', async () => {
  mp4 = await readFile(path.join(__dirname, '../../storage/fixtures/prores.mov'));
  const { video, failure } = await store();
  expect(video).toMatchObject({ contentType: 'video/quicktime', bytes: mp4.byteLength });
  expect(failure).toMatchObject({
    code: 'output_not_playable',
    verdict: 'give-up',
    chargedCredits: 80,
    message: expect.stringContaining('ProRes in QuickTime'),
  });
  expect(await files()).toHaveLength(1);
  // Found again, it is what it was.
  expect(await store()).toMatchObject({ video, failure });
  expect(downloads).toBe(1);
});

test('after a crash the file that is there is found, and Runway is not asked again', async () => {
  const { video } = await store();
  readTask.mockRejectedValue(new Error('nobody was to ask'));
  expect((await store()).video).toEqual(video);
  expect(downloads).toBe(1);
});

test('of several outputs the first is kept, and that is said', async () => {
  offer(`${url}/1.mp4`, `${url}/2.mp4`);
  expect((await store()).warnings).toEqual(['Runway offered 2 outputs; the first one was kept.']);
});

test('a body that was sent compressed is stored as the file that it is', async () => {
  const zipped = gzipSync(mp4);
  serve = (_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': zipped.length }).end(zipped);
  expect((await store()).video.bytes).toBe(mp4.byteLength);
});

describe('a download that goes wrong is begun anew, with a fresh URL', () => {
  test.each<[string, RequestListener]>([
    ['an expired URL', (_, response) => response.writeHead(403).end()],
    ['a server error', (_, response) => response.writeHead(500).end()],
    ['a redirect that says not where', (_, response) => response.writeHead(302).end()],
    ['a closed connection', (request) => request.socket.destroy()],
    [
      'a body that is cut short',
      (_, response) => {
        response.writeHead(200, { 'content-length': mp4.length });
        response.write(mp4.subarray(0, 100), () => response.destroy());
      },
    ],
  ])('%s', async (_, listener) => {
    serve = listener;
    // However often it was tried before: it is paid for.
    await expect(store({ environment: environmentOf(1_000) })).rejects.toMatchObject(LATER);
    expect(downloads).toBe(1);
    expect(await files()).toEqual([]);

    serve = (_request, response) => response.end(mp4);
    offer(`${url}/fresh.mp4`);
    expect((await store()).video.bytes).toBe(mp4.length);
  });

  test('a download that stands still', async () => {
    const stalled = new Promise<void>((resolve) => {
      serve = (_, response) => {
        response.writeHead(200, { 'content-length': mp4.length });
        response.write(mp4.subarray(0, 100), () => resolve());
      };
    });
    // Sixty seconds go by at once; everything but these timers is real.
    jest.useFakeTimers({
      doNotFake: [
        'Date',
        'hrtime',
        'nextTick',
        'performance',
        'queueMicrotask',
        'setImmediate',
        'clearImmediate',
      ],
    });
    try {
      const outcome = store().catch((error: unknown) => error);
      await stalled;
      let done = false;
      void outcome.finally(() => (done = true));
      while (!done) {
        jest.advanceTimersByTime(30_000);
        await new Promise(setImmediate);
      }
      expect(await outcome).toMatchObject(LATER);
    } finally {
      jest.useRealTimers();
    }
    expect(await files()).toEqual([]);
  });

  test.each<TaskRead>([
    { kind: 'fault', words: 'HTTP 500' },
    { kind: 'access_refused', httpStatus: 401, words: 'No.' },
  ])('a task that cannot be read: $kind', async (read) => {
    readTask.mockResolvedValue(read);
    await expect(store({ environment: environmentOf(1_000) })).rejects.toMatchObject(LATER);
  });
});

describe('a task that Runway does not find', () => {
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  const after = (count: number, minutes: number, attempt = 1) =>
    environmentOf(attempt, { badOutputs: 0, notFound: { count, since: minutesAgo(minutes) } });
  beforeEach(() => {
    readTask.mockResolvedValue({ kind: 'not_found', words: 'Could not find Task' });
  });

  // Not for 24 hours as other faults: a task that is gone never comes back, and somebody waits for its video.
  test('is given up by the rule of the wait: five 404 in a row, over two minutes', async () => {
    for (const environment of [environmentOf(1_000), after(3, 60), after(99, 1)]) {
      await expect(store({ environment })).rejects.toMatchObject(LATER);
    }
    await expect(store({ environment: after(4, 2) })).rejects.toMatchObject({
      ...NEVER,
      message: expect.stringMatching(/Could not find Task.*Charged: \$0\.80 \(80 credits\)\./) as string,
    });
  });

  test('is counted across attempts, and anything else that Runway says begins the count anew', async () => {
    const beats: unknown[] = [];
    const storeAfter = async (environment: MockActivityEnvironment) => {
      environment.on('heartbeat', (details) => beats.push(structuredClone(details)));
      await expect(store({ environment })).rejects.toMatchObject(LATER);
    };
    const since = minutesAgo(60);
    await storeAfter(environmentOf(1_000, { badOutputs: 2, notFound: { count: 3, since } }));
    expect(beats.at(-1)).toEqual({ badOutputs: 2, notFound: { count: 4, since } });

    readTask.mockResolvedValue({ kind: 'fault', words: 'HTTP 500' });
    await storeAfter(environmentOf(1_000, { badOutputs: 2, notFound: { count: 4, since } }));
    expect(beats.at(-1)).toEqual({ badOutputs: 2 });
  });

  test('is looked for within a minute, however often other things went wrong before', async () => {
    const failure: unknown = await store({ environment: environmentOf(1_000) }).catch(
      (error: unknown) => error,
    );
    const { nextRetryDelay } = failure as { nextRetryDelay: number };
    expect(nextRetryDelay).toBeGreaterThanOrEqual(30_000);
    expect(nextRetryDelay).toBeLessThanOrEqual(45_000);
  });
});

test('a read that is refused says so by its status: the reel waits for access', async () => {
  readTask.mockResolvedValue({ kind: 'access_refused', httpStatus: 401, words: 'No.' });
  const envelope = expect.objectContaining({ httpStatus: 401, chargedCredits: 80 }) as object;
  await expect(store()).rejects.toMatchObject({ ...LATER, details: [envelope] });
});

describe('an output that is no video', () => {
  beforeEach(() => {
    serve = (_, response) => response.end('<html>gone</html>');
  });

  test('is looked at several times, and then the reel fails by its name', async () => {
    for (const badOutputs of [0, 1, 4]) {
      await expect(store({ environment: environmentOf(1, { badOutputs }) })).rejects.toMatchObject(LATER);
    }
    await expect(store({ environment: environmentOf(6, { badOutputs: 5 }) })).rejects.toMatchObject({
      ...NEVER,
      message: expect.stringContaining('Charged: $0.80 (80 credits).') as string,
    });
    expect(await files()).toEqual([]);
  });

  test('is counted apart from attempts that failed for other reasons', async () => {
    const environment = environmentOf(50, { badOutputs: 0 });
    const beats: unknown[] = [];
    environment.on('heartbeat', (details) => beats.push(structuredClone(details)));
    await expect(store({ environment })).rejects.toMatchObject(LATER);
    expect(beats.at(-1)).toEqual({ badOutputs: 1 });
  });

  test.each([[[]], [['not a URL']], [['ftp://127.0.0.1/video.mp4']], [['file:///etc/passwd']]])(
    'is also what %j offers',
    async (output) => {
      offer(...output);
      await expect(store({ environment: environmentOf(6, { badOutputs: 5 }) })).rejects.toMatchObject(NEVER);
      expect(downloads).toBe(0);
    },
  );

  test('is also that of a task that has not succeeded', async () => {
    readTask.mockResolvedValue({ kind: 'task', task: { status: 'FAILED', output: [`${url}/video.mp4`] } });
    await expect(store({ environment: environmentOf(6, { badOutputs: 5 }) })).rejects.toMatchObject(NEVER);
    expect(downloads).toBe(0);
  });
});

describe('plain http', () => {
  test('is refused from a Runway that is elsewhere', async () => {
    const backend: Backend = { kind: 'runway', baseUrl: 'https://api.dev.runwayml.com' };
    await expect(store({ backend, environment: environmentOf(6, { badOutputs: 5 }) })).rejects.toMatchObject(
      NEVER,
    );
    expect(downloads).toBe(0);
  });

  test('comes from the simulator itself, wherever it is, and from nowhere else', async () => {
    // An address of this machine that does not look like one.
    const elsewhere = url.replace('127.0.0.1', '0.0.0.0');
    const backend: Backend = { kind: 'simulator', baseUrl: elsewhere };
    await expect(store({ backend })).rejects.toMatchObject(LATER);
    expect(downloads).toBe(0);
    offer(`${elsewhere}/video.mp4`);
    expect((await store({ backend })).video.bytes).toBe(mp4.length);
  });
});

describe('an address of this machine or its network, from a Runway that is elsewhere', () => {
  const backend: Backend = { kind: 'runway', baseUrl: 'https://api.dev.runwayml.com' };
  let connections: number;
  let trap: TcpServer;
  let port: number;
  beforeEach(async () => {
    connections = 0;
    trap = createTcpServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    trap.listen(0, '127.0.0.1');
    await once(trap, 'listening');
    ({ port } = trap.address() as AddressInfo);
  });
  afterEach(async () => {
    trap.close();
    await once(trap, 'close');
  });

  test.each([
    ['https://127.0.0.1'],
    ['https://localhost'],
    ['https://[::1]'],
    ['https://10.0.0.1'],
    ['https://169.254.169.254'],
    ['https://cdn.example.org', '127.0.0.1'],
    ['https://cdn.example.org', '192.168.0.1'],
  ])('%s %s is not connected to, and the reel says why', async (origin, leadsTo = '') => {
    offer(`${origin}:${port}/video.mp4?signature=secret`);
    const resolve = async () => [{ address: leadsTo, family: 4 }];
    const fault: unknown = await store({ backend, resolve, args: { until: LATER_ON } }).catch(
      (e: unknown) => e,
    );
    expect(fault).toMatchObject(LATER);
    expect(waitingForIn(fault)).toMatch(/no public address|public address, and/);
    expect(JSON.stringify(fault)).not.toContain('secret');
    expect(connections).toBe(0);
  });
});

describe('a wrong thing in the place of the video', () => {
  const html: RequestListener = (_, response) =>
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>soon</html>');

  test.each<[string, RequestListener, RegExp]>([
    ['a page', html, /^The finished video.*In place of the video came text\/html\. The file/],
    ['nothing', (_, response) => response.end(), /The file is empty/],
    ['no such file', (_, response) => response.writeHead(404).end(), /answers HTTP 404/],
    [
      'half of it, sent without a length',
      (_, response) => {
        response.removeHeader('content-length');
        response.writeHead(200, { connection: 'close' });
        response.write(mp4.subarray(0, mp4.length / 2), () => response.socket?.end());
      },
      /./,
    ],
  ])(
    '%s, is waited for however often it came, and the reason stands on the reel',
    async (_what, answer, words) => {
      serve = answer;
      const environment = environmentOf(100, { badOutputs: 99 });
      const fault: unknown = await store({ environment, args: { until: LATER_ON } }).catch((e: unknown) => e);
      expect(fault).toMatchObject(LATER);
      expect(waitingForIn(fault)).toMatch(words);
      expect(await files()).toEqual([]);

      serve = (_request, response) => response.end(mp4);
      expect((await store({ args: { until: LATER_ON } })).video.bytes).toBe(mp4.length);
    },
  );

  test('no output for a while is waited for too', async () => {
    offer();
    const fault: unknown = await store({ args: { until: LATER_ON } }).catch((e: unknown) => e);
    expect(fault).toMatchObject(LATER);
    expect(waitingForIn(fault)).toContain('Runway offers no video of the task yet');
  });

  test('is asked for with growing pauses, of a quarter of an hour at most', async () => {
    serve = html;
    const delays: number[] = [];
    for (const attempt of [1, 2, 8, 12, 50]) {
      const environment = environmentOf(attempt);
      const fault: unknown = await store({ environment, args: { until: LATER_ON } }).catch((e: unknown) => e);
      delays.push((fault as { nextRetryDelay: number }).nextRetryDelay);
    }
    // Half of each may be added at random.
    const bounds = [1_000, 2_000, 128_000, 900_000, 900_000];
    delays.forEach((delay, index) => {
      expect(delay).toBeGreaterThanOrEqual(bounds[index] ?? 0);
      expect(delay).toBeLessThanOrEqual((bounds[index] ?? 0) * 1.5);
    });
  });

  test('ends the attempts once their time is over, and does not say that the video is gone', async () => {
    serve = html;
    const past = new Date(Date.now() - 1).toISOString();
    const fault: unknown = await store({ args: { until: past } }).catch((e: unknown) => e);
    expect(fault).toMatchObject({ type: 'Runway.OutputDelayed', nonRetryable: true });
    expect(fault).toMatchObject({ details: [expect.objectContaining({ verdict: 'retry-call' })] });
  });
});

test('a redirect is followed to the file', async () => {
  serve = (request, response) =>
    request.url === '/video.mp4'
      ? response.writeHead(302, { location: '/other.mp4' }).end()
      : response.end(mp4);
  expect((await store()).video.bytes).toBe(mp4.length);
  expect(downloads).toBe(2);
});

describe('a video larger than VIDEO_MAX_BYTES', () => {
  const small = () => openStorage({ root, check: checkStructure, videoMaxBytes: 100_000 });
  const zeros = Buffer.alloc(64_000);

  test.each<[string, RequestListener]>([
    ['that says so', (_, response) => response.writeHead(200, { 'content-length': 1e9 }).end(zeros)],
    [
      'that does not say so',
      (_, response) => {
        const more = () => {
          while (!response.destroyed && response.write(zeros));
        };
        response.on('drain', more);
        more();
      },
    ],
    [
      'that is small on the way',
      (_, response) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000))),
    ],
  ])('%s is not read to its end, and named', async (_what, answer) => {
    serve = answer;
    const fault: unknown = await store({ storage: await small(), args: { until: LATER_ON } }).catch(
      (e: unknown) => e,
    );
    expect(fault).toMatchObject(LATER);
    expect(waitingForIn(fault)).toContain('larger than 0.1 MB, which VIDEO_MAX_BYTES allows');
    expect(await files()).toEqual([]);
  });
});

test('a client with many slow downloads has a share, and another one is fetched all the same', async () => {
  const waiting: ServerResponse[] = [];
  serve = (request, response) => {
    if (request.url === '/slow.mp4') waiting.push(response);
    else response.end(mp4);
  };
  const backend: Backend = { kind: 'runway', baseUrl: url };
  const activity = storeOutput({ backend, storage, runway: { readTask }, policy } as unknown as ActivityDeps);
  const run = (client: string, generation: number): Promise<StoreResult> =>
    environmentOf().run(activity, { ...ARGS, backend, client, generation, until: LATER_ON });

  offer(`${url}/slow.mp4`);
  const slow = Array.from({ length: 150 }, (_, index) => run('slow', index + 1).catch((e: unknown) => e));
  const refused = await Promise.race(slow);
  expect(refused).toMatchObject(LATER);
  expect(waitingForIn(refused)).toContain('other downloads of this client are under way');
  while (waiting.length < 100) await new Promise(setImmediate);

  offer(`${url}/video.mp4`);
  expect((await run('other', 1_000)).video.bytes).toBe(mp4.length);
  for (const response of waiting) response.destroy();
  await Promise.all(slow);
  expect(waiting).toHaveLength(100);
  // The share is given back.
  expect((await run('slow', 1_001)).video.bytes).toBe(mp4.length);
});

test('a disk that fails is waited for, however long, and what the video cost is said', async () => {
  const storeVideo: Storage['storeVideo'] = ({ source }) => {
    source.destroy();
    return Promise.reject(new StorageError('disk', 'the disk is full'));
  };
  const findVideo: Storage['findVideo'] = () => Promise.reject(new StorageError('disk', 'the disk fails'));
  for (const broken of [{ storeVideo }, { findVideo }]) {
    const environment = environmentOf(1_000, { badOutputs: 5 });
    await expect(store({ storage: { ...storage, ...broken }, environment })).rejects.toMatchObject({
      type: 'Reel.StorageUnavailable',
      nonRetryable: false,
      message: expect.stringContaining('Charged: $0.80 (80 credits).') as string,
      details: [expect.objectContaining({ operationId: 'task-1', chargedCredits: 80 })],
    });
  }
});

test('a cancel in mid-download is a cancellation, and leaves nothing behind', async () => {
  const environment = environmentOf();
  serve = (_, response) => {
    response.writeHead(200, { 'content-length': mp4.length });
    response.write(mp4.subarray(0, 100), () =>
      environment.cancel('CANCELLED', new ActivityCancellationDetails({ cancelRequested: true })),
    );
  };
  await expect(store({ environment })).rejects.toBeInstanceOf(CancelledFailure);
  expect(await files()).toEqual([]);
});

test('a worker that stops hands the download back', async () => {
  const environment = environmentOf();
  serve = () =>
    environment.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
  await expect(store({ environment })).rejects.toMatchObject(LATER);
});

test('a worker with another backend fetches nothing', async () => {
  const environment = environmentOf();
  const deps = { backend: { kind: 'simulator', baseUrl: url }, storage, runway: { readTask }, policy };
  const args = { backend: { kind: 'runway', baseUrl: url } } as StoreArgs;
  await expect(
    environment.run(async () => storeOutput(deps as unknown as ActivityDeps)(args)),
  ).rejects.toMatchObject({ type: 'Runway.WrongBackend' });
  expect(readTask).not.toHaveBeenCalled();
});
