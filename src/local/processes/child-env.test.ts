import { loadClientConnectConfig } from '@temporalio/envconfig';
import { loadConfig, SETTING_NAMES } from '../../platform/config';
import { childEnv, embeddedTemporalEnv, plainEnv, SETTINGS_OF } from './child-env';

const EMBEDDED = {
  address: '127.0.0.1:7233',
  namespace: 'simulated',
  uiUrl: 'http://127.0.0.1:8233',
  dataDir: '/data',
};

test('processes that need no secrets get none', () => {
  const env = {
    PATH: '/bin',
    HOME: '/root',
    RUNWAYML_API_SECRET: 'key_1',
    REEL_API_KEYS: 'a:b',
    TEMPORAL_API_KEY: 'c',
  };
  expect(plainEnv(env)).toEqual({ PATH: '/bin', HOME: '/root' });
});

test('settings of another Temporal connection do not reach the embedded server', () => {
  const other = {
    TEMPORAL_ADDRESS: '',
    TEMPORAL_API_KEY: 'c',
    TEMPORAL_TLS: 'true',
    TEMPORAL_PROFILE: 'cloud',
  };
  const env = embeddedTemporalEnv(other, EMBEDDED) as Record<string, string>;
  expect(loadClientConnectConfig({ overrideEnvVars: env })).toEqual({
    namespace: 'simulated',
    connectionOptions: { address: '127.0.0.1:7233' },
  });
  expect(env['TEMPORAL_UI_URL']).toBe('http://127.0.0.1:8233');
});

test("the owner's address of the Temporal UI is kept", () => {
  const env = embeddedTemporalEnv({ TEMPORAL_UI_URL: 'https://ui.example.org' }, EMBEDDED);
  expect(env['TEMPORAL_UI_URL']).toBe('https://ui.example.org');
});

test('each setting has somebody who is given it, or nobody', () => {
  expect(Object.values(SETTINGS_OF).flat().sort()).toEqual([...SETTING_NAMES].sort());
});

/** Everything that a person may have in the environment. */
const EVERYTHING = {
  ...Object.fromEntries(SETTING_NAMES.map((name) => [name, ''])),
  RUNWAYML_API_SECRET: 'key_of_a_test',
  REEL_API_KEYS: `site:a-secret-of-the-site,local:sha256:${'ab'.repeat(32)}`,
  REEL_ADMINS: 'site',
  WEBHOOK_SECRET: `site:whsec_${Buffer.alloc(24, 'x').toString('base64')}`,
  KEY_DAILY_MAX_CREDITS: 'site:500',
  TEMPORAL_ADDRESS: 'temporal:7233',
  TEMPORAL_API_KEY: 'of-temporal',
  TEMPORAL_GRPC_META_TEAM: 'video',
  TEMPORAL_TLS_CLIENT_KEY_DATA: 'pem',
  ...{ https_proxy: 'http://proxy:3128', NO_PROXY: 'intern', HTTP_PROXY: '', ALL_PROXY: '' },
  ...{ OTEL_EXPORTER_OTLP_HEADERS: 'a=b', OTEL_SERVICE_NAME: 'reels', OTEL_RESOURCE_ATTRIBUTES: 'a=b' },
  ...{ NODE_OPTIONS: '--max-old-space-size=300', NODE_EXTRA_CA_CERTS: '/ca.pem', SSL_CERT_FILE: '/ca.pem' },
  ...{
    PATH: '/bin',
    HOME: '/root',
    TZ: 'UTC',
    LANG: 'C',
    LC_ALL: 'C',
    TMPDIR: '/tmp',
    UV_THREADPOOL_SIZE: '8',
  },
};
const FOREIGN = {
  ...{ AWS_SECRET_ACCESS_KEY: 'x', GITHUB_TOKEN: 'x', SSH_AUTH_SOCK: 'x', POSTGRES_PASSWORD: 'x' },
  ...{
    OPENAI_API_KEY: 'x',
    NODE_AUTH_TOKEN: 'x',
    RUNWAYML_API_SECRET_OLD: 'x',
    TEMPORAL_CLOUD_API_KEY: 'x',
    npm_config__auth: 'x',
  },
};

test.each(['api', 'worker'] as const)('the %s is given what it needs, and nothing else', (of) => {
  const config = loadConfig(EVERYTHING);
  const env = childEnv(of, { ...EVERYTHING, ...FOREIGN }, config);
  const left = new Set<string>([...SETTINGS_OF.neither, ...SETTINGS_OF[of === 'api' ? 'worker' : 'api']]);
  expect(Object.keys(env).sort()).toEqual(
    Object.keys(EVERYTHING)
      .filter((name) => !left.has(name))
      .sort(),
  );
  const told = loadConfig(env);
  expect(told.admins).toEqual(config.admins);
  expect(told.budget).toEqual(config.budget);
  expect(told.proxies).toEqual(config.proxies);
  expect(told.apiKeys.map(({ client }) => client)).toEqual(['site', 'local']);
  expect(told.webhooks.secrets.map(({ client }) => client)).toEqual(['site']);
});

test('the API has no text of a key and signs nothing; a worker has no key at all', () => {
  const config = loadConfig(EVERYTHING);
  const api = childEnv('api', EVERYTHING, config);
  const worker = childEnv('worker', EVERYTHING, config);
  expect(JSON.stringify([api, worker])).not.toContain('a-secret-of-the-site');
  expect(loadConfig(api).apiKeys).toEqual(config.apiKeys);
  expect(loadConfig(api).webhooks.secrets).not.toEqual(config.webhooks.secrets);
  expect(loadConfig(worker).webhooks.secrets).toEqual(config.webhooks.secrets);
  const digests = config.apiKeys.map(({ sha256 }) => sha256);
  expect(digests.filter((digest) => JSON.stringify(worker).includes(digest))).toEqual([]);
});

test('what is not set stays so, and a secret without a name stays that of everybody here', () => {
  expect(childEnv('api', { PATH: '/bin' }, loadConfig({}))).toEqual({ PATH: '/bin' });
  const env = { WEBHOOK_SECRET: EVERYTHING.WEBHOOK_SECRET.replace('site:', '') };
  const api = childEnv('api', env, loadConfig(env));
  expect(loadConfig(api).webhooks.secrets.map(({ client }) => client)).toEqual(['local']);
});
