/**
 * The service where the environment names proxies, each with a reel: what is used, what is not, what it costs. With
 * `PLACES=all` all settings, else the first few.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Simulator, startSimulator } from '../../src/simulator/server';
import { type Certificate, certificateFor } from '../support/certificate';
import type { ApiClient } from '../../tools/stack/api-client';
import { ROOT } from '../../tools/stack/build';
import { NpmStart } from '../../tools/stack/npm-start';
import { ConnectProxy, type ProxyWay } from '../../tools/stack/connect-proxy';
import { type NamedRunway, namedRunway, RUNWAY_NAME } from '../support/named-runway';
import { temporalCli } from '../../tools/stack/temporal';

let root: string;
let simulator: Simulator;
let tls: Certificate;
/** The file that a machine has for such a proxy, or such a Runway. */
let authorities: string;
let runway: NamedRunway;
let secureRunway: NamedRunway;
let cli: string;
const proxies: ConnectProxy[] = [];
let start: NpmStart | undefined;

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'proxies-'));
  simulator = await startSimulator({ taskSeconds: 1 });
  tls = certificateFor(RUNWAY_NAME);
  authorities = path.join(root, 'authorities.pem');
  writeFileSync(authorities, tls.cert);
  runway = await namedRunway(simulator.url);
  secureRunway = await namedRunway(simulator.url, tls);
  cli = await temporalCli();
});
afterEach(async () => {
  await start?.kill();
  for (const proxy of proxies.splice(0)) await proxy.close();
});
afterAll(async () => {
  await runway.close();
  await secureRunway.close();
  await simulator.close();
  rmSync(root, { recursive: true, force: true });
});

async function proxyThat(...args: Parameters<typeof ConnectProxy.open>): Promise<ConnectProxy> {
  const proxy = await ConnectProxy.open(...args);
  proxies.push(proxy);
  return proxy;
}

/** Starts the service with these variables. */
async function begin(runwayUrl: string, env: NodeJS.ProcessEnv): Promise<ApiClient> {
  // There is no .env.
  const folder = mkdtempSync(path.join(root, 'run-'));
  start = NpmStart.begin({
    cwd: folder,
    dataDir: path.join(folder, 'data'),
    command: [process.execPath, path.join(ROOT, 'dist/local/main.js')],
    env: {
      TEMPORAL_CLI_PATH: cli,
      SIMULATOR: '1',
      RUNWAYML_BASE_URL: runwayUrl,
      NODE_EXTRA_CA_CERTS: authorities,
      ...env,
    },
  });
  return start.ready();
}

let orders = 0;

/**
 * Makes a reel.
 *
 * @param meanwhile what happens between the order and the end.
 * @returns how it ended, and how often it was paid for
 */
async function makesReel(api: ApiClient, meanwhile?: (id: string) => Promise<void>) {
  const promptText = `A lighthouse in fog, ${(orders += 1)}`;
  const { id } = await api.order(promptText);
  await meanwhile?.(id);
  const reel = await api.until(id, 'the end', ({ finishedAt }) => finishedAt !== undefined);
  const posts = simulator.ledger().posts.filter(({ prompt }) => prompt === promptText).length;
  return { status: reel.status, posts };
}

const MADE = { status: 'succeeded', posts: 1 };
const hostOf = (url: string) => new URL(url).host;

const some = <T>(all: readonly T[], few: number) =>
  process.env['PLACES'] === 'all' ? all : all.slice(0, few);

const NOT_USED: readonly [string, (proxy: string) => NodeJS.ProcessEnv][] = [
  [
    'all of them, with exceptions, and the fetch of Node told to look at them',
    (url) => ({
      ...{
        ALL_PROXY: url,
        all_proxy: url,
        HTTPS_PROXY: url,
        https_proxy: url,
        HTTP_PROXY: url,
        http_proxy: url,
      },
      NO_PROXY: 'example.org',
      NODE_USE_ENV_PROXY: '1',
    }),
  ],
  ['https_proxy', (url) => ({ https_proxy: url })],
  ['grpc_proxy, with exceptions of its own', (url) => ({ grpc_proxy: url, no_grpc_proxy: 'example.org' })],
  ['HTTP_PROXY and http_proxy', (url) => ({ HTTP_PROXY: url, http_proxy: url })],
  ['ALL_PROXY of a kind that cannot be used', () => ({ ALL_PROXY: 'socks5://127.0.0.1:9' })],
];

describe('loopback is never proxied, gRPC included', () => {
  test.each(some(NOT_USED, 1))('with %s', async (_name, env) => {
    const proxy = await proxyThat({ refuses: 403 });
    const api = await begin(simulator.url, env(proxy.url));
    expect(await makesReel(api)).toEqual(MADE);
    await start?.stop();
    expect(proxy.targets).toEqual([]);
  });
});

interface Setting {
  readonly env: (proxy: ConnectProxy) => NodeJS.ProcessEnv;
  /** Runway is one of https. */
  readonly secureRunway?: boolean;
  /** The proxy itself is spoken to over TLS. */
  readonly secureProxy?: boolean;
}

const SETTINGS: Readonly<Record<string, Setting>> = {
  HTTP_PROXY: { env: ({ url }) => ({ HTTP_PROXY: url }) },
  'https_proxy of https, to a Runway of https': {
    env: ({ url }) => ({ https_proxy: url }),
    secureRunway: true,
    secureProxy: true,
  },
  'all_proxy, without its scheme': { env: ({ port }) => ({ all_proxy: `127.0.0.1:${port}` }) },
  'HTTPS_PROXY, to a Runway of https': { env: ({ url }) => ({ HTTPS_PROXY: url }), secureRunway: true },
  'http_proxy, before an HTTP_PROXY where nobody is': {
    env: ({ url }) => ({ http_proxy: url, HTTP_PROXY: 'http://127.0.0.1:9' }),
  },
  'HTTP_PROXY, before an ALL_PROXY where nobody is': {
    env: ({ url }) => ({ HTTP_PROXY: url, ALL_PROXY: 'http://127.0.0.1:9' }),
  },
  'ALL_PROXY, with exceptions': {
    env: ({ url }) => ({ ALL_PROXY: url, NO_PROXY: '127.0.0.1,.example.org' }),
  },
  'ALL_PROXY of https': { env: ({ url }) => ({ ALL_PROXY: url }), secureProxy: true },
};

const BREAKS: Readonly<Record<string, ProxyWay>> = {
  refuses: { refuses: 403 },
  'breaks off': 'cuts',
  hangs: 'hangs',
};

describe('a machine that knows names by its proxy only makes a reel', () => {
  test.each(some(Object.entries(SETTINGS), 3))(
    'with %s, also when it breaks at first',
    async (_name, setting) => {
      const proxy = await proxyThat('works', setting.secureProxy ? tls : undefined);
      const named = setting.secureRunway ? secureRunway : runway;
      const api = await begin(named.url, setting.env(proxy));
      expect(await makesReel(api)).toEqual(MADE);
      // Calls of Runway, and the video.
      expect(new Set(proxy.targets)).toEqual(new Set([hostOf(named.url)]));

      const ends: Record<string, unknown> = {};
      for (const [how, way] of Object.entries(BREAKS)) {
        proxy.become(way);
        ends[how] = await makesReel(api, async (id) => {
          await api.until(id, 'a create that was not sent', ({ phase }) => phase === 'waiting_to_retry');
          proxy.become('works');
        });
      }
      expect(ends).toEqual({ refuses: MADE, 'breaks off': MADE, hangs: MADE });
      await start?.stop();
    },
    300_000,
  );

  test('the password reaches the proxy, and no log', async () => {
    const proxy = await proxyThat('works');
    const api = await begin(runway.url, { HTTP_PROXY: `http://reels:p%40ssword@127.0.0.1:${proxy.port}` });
    expect(await makesReel(api)).toEqual(MADE);
    await start?.stop();
    const basic = Buffer.from('reels:p@ssword').toString('base64');
    for (const head of proxy.heads) expect(head).toContain(`Proxy-Authorization: Basic ${basic}`);
    for (const secret of ['p@ssword', 'p%40ssword', basic]) expect(start?.output).not.toContain(secret);
  });

  test('one that breaks off as soon as the tunnel stands may have sent a create: it is sent once', async () => {
    const proxy = await proxyThat('cuts_after_answer');
    const api = await begin(runway.url, {
      ALL_PROXY: proxy.url,
      DECISION_PATIENCE: '1s',
      LOST_ANSWER_QUIET: '1s',
    });
    const { posts } = await makesReel(api);
    expect(posts).toBe(0);
    await start?.stop();
  });
});
