import { describeProxy, exceptLoopback, proxyFor, readProxies, secretsOfProxies } from './proxies';

const P = 'http://proxy.example:3128';
const via = (url: string, env: Record<string, string>) => {
  const proxy = proxyFor(new URL(url), readProxies(env));
  return proxy && ('problem' in proxy ? `${proxy.variable} ${proxy.problem}` : describeProxy(proxy));
};
const RUNWAY = 'https://api.dev.runwayml.com';

test.each<[Record<string, string>, string, string | undefined]>([
  [{}, RUNWAY, undefined],
  [{ HTTPS_PROXY: P }, RUNWAY, `${P} (HTTPS_PROXY)`],
  [{ https_proxy: P }, RUNWAY, `${P} (https_proxy)`],
  [{ https_proxy: 'http://a:1', HTTPS_PROXY: P }, RUNWAY, 'http://a:1 (https_proxy)'],
  [{ https_proxy: '', HTTPS_PROXY: P }, RUNWAY, `${P} (HTTPS_PROXY)`],
  [{ ALL_PROXY: P }, RUNWAY, `${P} (ALL_PROXY)`],
  [{ all_proxy: P, HTTPS_PROXY: 'http://a:1' }, RUNWAY, 'http://a:1 (HTTPS_PROXY)'],
  [{ HTTP_PROXY: P }, RUNWAY, undefined],
  [{ HTTP_PROXY: P }, 'http://runway.example', `${P} (HTTP_PROXY)`],
  [{ http_proxy: P }, 'http://runway.example', `${P} (http_proxy)`],
  [{ HTTPS_PROXY: P }, 'http://runway.example', undefined],
  [{ HTTPS_PROXY: 'proxy.example' }, RUNWAY, 'http://proxy.example:80 (HTTPS_PROXY)'],
  [{ HTTPS_PROXY: 'proxy.example:3128/' }, RUNWAY, `${P} (HTTPS_PROXY)`],
  [{ HTTPS_PROXY: 'https://proxy.example' }, RUNWAY, 'https://proxy.example:443 (HTTPS_PROXY)'],
  [{ HTTPS_PROXY: 'http://[::1]:3128' }, RUNWAY, 'http://[::1]:3128 (HTTPS_PROXY)'],
  [{ HTTPS_PROXY: 'http://us%40er:p%23w@proxy.example:3128' }, RUNWAY, `${P} (HTTPS_PROXY)`],
  [
    { ALL_PROXY: 'socks5://proxy.example:1080' },
    RUNWAY,
    'ALL_PROXY names a socks5 proxy, and only http and https ones can be used',
  ],
  ...[
    'http://',
    '"http://proxy.example:3128"',
    "'http://proxy.example:3128'",
    'http:/proxy.example:3128',
    'http:\\\\proxy',
  ].map((slip): [Record<string, string>, string, string] => [
    { HTTPS_PROXY: slip },
    RUNWAY,
    'HTTPS_PROXY is no address, such as http://proxy.example.org:3128',
  ]),
])('%j: %s goes through %s', (env, url, expected) => {
  expect(via(url, env)).toBe(expected);
});

test.each([
  'http://127.0.0.1:4010',
  'http://127.8.9.1',
  'https://localhost',
  'http://LOCALHOST.:1',
  'http://simulator.localhost',
  'http://[::1]:4010',
  'http://[::ffff:127.0.0.1]',
  'http://0.0.0.0:4010',
  'http://2130706433',
])('%s is loopback, and never proxied', (url) => {
  expect(via(url, { ALL_PROXY: P, HTTP_PROXY: P, HTTPS_PROXY: P })).toBeUndefined();
});

test.each([
  ['*', RUNWAY, true],
  ['api.dev.runwayml.com', RUNWAY, true],
  ['runwayml.com', RUNWAY, true],
  ['.runwayml.com', RUNWAY, true],
  ['*.runwayml.com', RUNWAY, true],
  ['RunwayML.com.', RUNWAY, true],
  ['wayml.com', RUNWAY, false],
  ['runwayml.com:443', RUNWAY, true],
  ['runwayml.com:8443', RUNWAY, false],
  ['127.0.0.1, example.org runwayml.com', RUNWAY, true],
  ['127.0.0.1,localhost', RUNWAY, false],
  ['10.0.0.0/8', 'https://10.1.2.3', true],
  ['10.0.0.0/8', 'https://11.1.2.3', false],
  ['10.1.2.3', 'https://10.1.2.3', true],
  ['10.1.2.3:8443', 'https://10.1.2.3', false],
  ['[fd00::1]:443', 'https://[fd00::1]', true],
  ['fd00::/8', 'https://[fd00::1]', true],
  ['fd00::1', 'https://[fd00:0::1]', true],
  [',', RUNWAY, false],
  ['.B\u00fccher.example', 'https://api.b\u00fccher.example', true],
])('NO_PROXY=%s: %s is direct: %s', (except, url, direct) => {
  for (const name of ['NO_PROXY', 'no_proxy']) {
    expect(via(url, { HTTPS_PROXY: P, [name]: except }) === undefined).toBe(direct);
  }
});

test('its password is a secret in every form that it is sent or written in', () => {
  const proxies = readProxies({ HTTPS_PROXY: 'http://user:p%40ss@proxy.example:1' });
  expect(secretsOfProxies(proxies)).toEqual(['p@ss', 'p%40ss', Buffer.from('user:p@ss').toString('base64')]);
  expect(secretsOfProxies(readProxies({ HTTPS_PROXY: 'http://user@proxy.example:1' }))).toEqual([]);
  const nameless = readProxies({ HTTPS_PROXY: 'http://:password@proxy.example:1' });
  expect(nameless.https).toMatchObject({ credentials: { user: '', password: 'password' } });
  expect(secretsOfProxies(nameless)).toContain('password');
});

test('who reads the environment by himself is told of loopback, and of all that was there', () => {
  const env: NodeJS.ProcessEnv = { NO_PROXY: 'a.example,, b.example', no_grpc_proxy: 'c.example' };
  exceptLoopback(env);
  const all = 'a.example,b.example,localhost,127.0.0.0/8,127.0.0.1,::1';
  expect(env).toMatchObject({ NO_PROXY: all, no_proxy: all });
  expect(env['no_grpc_proxy']).toBe('c.example,localhost,127.0.0.0/8,127.0.0.1,::1');
  const before = { ...env };
  exceptLoopback(env);
  expect(env['no_proxy']).toBe(before['no_proxy']);
  expect(via(RUNWAY, { ...env, HTTPS_PROXY: P } as Record<string, string>)).toBe(`${P} (HTTPS_PROXY)`);
});
