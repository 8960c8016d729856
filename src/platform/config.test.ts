import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { backendOf, ConfigError, loadConfig, requireKeysInPublic, SETTING_NAMES } from './config';

const KEY = `key_${'5'.repeat(128)}`;
const SECRET = 'a-secret-of-16-characters';

/** What the start says about these settings. */
function complaint(env: Record<string, string>): string {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

test('without any setting everything has the value that the documents name', () => {
  const config = loadConfig({});
  expect(config).toMatchObject({
    host: '127.0.0.1',
    port: 3_000,
    dataDir: './data',
    videoMaxBytes: 500_000_000,
    corsOrigins: [],
    apiKeys: [],
    runway: {
      baseUrl: 'https://api.dev.runwayml.com',
      statusUrl: 'https://status.runwayml.com',
      simulator: false,
    },
    temporal: { port: 7_233, uiPort: 8_233, retentionMs: 30 * 86_400_000, taskQueuePrefix: '' },
    policy: {
      regenerateLimit: 3,
      regenerateDelayMs: 30_000,
      pollIntervalMs: 5_000,
      submitTimeoutMs: 60_000,
      onLostAnswer: 'ask',
      heartbeatTimeoutMs: 30_000,
      reelDeadlineMs: 48 * 3_600_000,
    },
    budget: { dailyMaxCredits: 2_000, keyDailyMaxCredits: {} },
  });
  expect(config.policy.defaultMaxCredits).toBeUndefined();
});

test('an empty value means the same as none', () => {
  const empty = Object.fromEntries(SETTING_NAMES.map((name) => [name, '']));
  expect(loadConfig(empty)).toEqual(loadConfig({}));
});

test('a path that begins with ~ is in the home folder, as a shell has it', () => {
  const places = ({ dataDir, healthFile, temporal }: ReturnType<typeof loadConfig>) => [
    dataDir,
    healthFile,
    temporal.cliPath,
  ];
  const set = (path: string) => loadConfig({ DATA_DIR: path, HEALTH_FILE: path, TEMPORAL_CLI_PATH: path });
  expect(places(set('~/reels'))).toEqual(Array(3).fill(join(homedir(), 'reels')));
  expect(places(set('~'))).toEqual(Array(3).fill(homedir()));
  expect(places(set('$HOME/reels'))).toEqual(Array(3).fill(join(homedir(), 'reels')));
  expect(places(set('${HOME}/$HOME'))).toEqual(Array(3).fill(join(homedir(), '$HOME')));
  for (const path of ['./~/reels', '/a/~', 'a~', './~x'])
    expect(places(set(path))).toEqual(Array(3).fill(path));
});

test('nothing in it can be changed', () => {
  const config = loadConfig({ REEL_API_KEYS: `site:${SECRET}` });
  for (const part of [config, config.runway, config.policy, config.apiKeys, config.apiKeys[0]]) {
    expect(Object.isFrozen(part)).toBe(true);
  }
});

test.each([
  ['PORT', '70000', 'between 0 and 65535'],
  ['PORT', 'http', 'must be a whole number'],
  ['PORT', '-1', 'must be a whole number'],
  ['TEMPORAL_PORT', '1.5', 'must be a whole number'],
  ['REGENERATE_LIMIT', '21', 'between 0 and 20'],
  ['DEFAULT_MAX_CREDITS', '0', 'between 1 and'],
  ['REGENERATE_DELAY', '30', 'such as 500ms, 30s, 10m, 2h or 7d'],
  ['REGENERATE_DELAY', 'soon', 'such as 500ms, 30s, 10m, 2h or 7d'],
  ['SUBMIT_TIMEOUT', '0s', 'between 1s and 5m'],
  ['SUBMIT_TIMEOUT', '30d', 'between 1s and 5m'],
  ['HEARTBEAT_TIMEOUT', '500ms', 'between 1s and 10m'],
  ['REEL_DEADLINE', '0s', 'between 1s and 30d'],
  ['REEL_DEADLINE', '999999999d', 'such as 500ms, 30s, 10m, 2h or 7d'],
  ['POLL_INTERVAL', '4s', 'must be 5s or more'],
  ['POLL_INTERVAL', '1h', 'between 10ms and 10m'],
  ['ON_LOST_ANSWER', 'guess', '"ask"|"submit_again"'],
  ['LOG_LEVEL', 'loud', '"debug"|"info"|"warn"|"error"'],
  ['SIMULATOR', 'yes', '"0"|"1"|"true"|"false"'],
  ['PUBLIC_URL', 'reels.example', 'must be an http(s) URL'],
  ['PUBLIC_URL', 'ftp://reels.example', 'must be an http(s) URL'],
  ['RUNWAYML_BASE_URL', 'https://user:pass@runway.example', 'must not hold a user'],
  ['RUNWAYML_BASE_URL', 'https://runway.example?key=1', 'must not hold a user'],
  ['RUNWAYML_BASE_URL', 'http://runway.example', 'must be https'],
  ['RUNWAYML_BASE_URL', 'http://127.0.0.1.runway.example', 'must be https'],
  ['CORS_ORIGINS', 'https://a.example/path', 'must be exact origins'],
  ['CORS_ORIGINS', '*', 'must be exact origins'],
  ['TRUSTED_PROXIES', '10', 'must be addresses'],
  ['TRUSTED_PROXIES', '203.0.113.0/33', 'must be addresses'],
  ['TRUSTED_PROXIES', '0.0.0.0/0', 'must be addresses'],
  ['TRUSTED_PROXIES', 'none,loopback', 'must be addresses'],
  ['TASK_QUEUE_PREFIX', 'a b', 'may hold letters, digits'],
  ['RUNWAYML_API_SECRET', 'short', 'is too short to be a key'],
  ['RUNWAYML_API_SECRET', `${KEY}\n${KEY}`, 'character that no key has'],
  ['RUNWAYML_API_SECRET', `${KEY}…`, 'character that no key has'],
  ['REEL_API_KEYS', ',', 'holds no key'],
  ['REEL_API_KEYS', 'site', 'entry 1 must be name:secret'],
  ['REEL_API_KEYS', 'site:short', 'entry 1 must be name:secret'],
  ['REEL_API_KEYS', `site:${SECRET},Site:${SECRET}`, 'entry 2 must be name:secret'],
  ['REEL_API_KEYS', 'site:sha256:abc', 'entry 1 must be name:secret'],
  ['REEL_API_KEYS', `s:${SECRET}1,s:${SECRET}2,s:${SECRET}3`, 'more than two secrets'],
  ['DATA_DIR', '~somebody/reels', 'write the whole path'],
  ['DATA_DIR', '$XDG_DATA_HOME/reels', 'write the whole path'],
  ['TEMPORAL_CLI_PATH', '~temporal', 'or ./~temporal for a name that begins so'],
  ['VIDEO_MAX_BYTES', '1kB', 'such as 500MB or 2GB'],
  ['VIDEO_MAX_BYTES', '5', 'between 1MB and 100GB'],
  ['KEY_DAILY_MAX_CREDITS', 'site', 'must be name:credits'],
  ['KEY_DAILY_MAX_CREDITS', 'site:1,site:2', 'once for each key'],
])('%s=%s stops the start by name, and says: %s', (name, value, fix) => {
  const message = complaint({ [name]: value });
  expect(message).toMatch(new RegExp(`^${name} `));
  expect(message).toContain(fix);
});

test.each([
  ['2000000', 2_000_000],
  ['2 GB', 2_000_000_000],
  ['750MB', 750_000_000],
])('VIDEO_MAX_BYTES=%s is %d bytes', (text, bytes) => {
  expect(loadConfig({ VIDEO_MAX_BYTES: text }).videoMaxBytes).toBe(bytes);
});

test('all bad values are named at once, one a line', () => {
  const lines = complaint({ PORT: 'x', LOG_LEVEL: 'x', POLL_INTERVAL: 'x' }).split('\n');
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['PORT', 'LOG_LEVEL', 'POLL_INTERVAL']);
});

test('no complaint repeats a secret', () => {
  const names = ['RUNWAYML_API_SECRET', 'REEL_API_KEYS', 'KEY_DAILY_MAX_CREDITS', 'RUNWAYML_BASE_URL'];
  const message = complaint(Object.fromEntries(names.map((name) => [name, `A:${SECRET} `])));
  for (const name of names) expect(message).toContain(`${name} `);
  expect(message).not.toContain(SECRET);
});

describe('the key of Runway', () => {
  test('under its old name alone stops the start: the simulator would be used in silence', () => {
    const message = complaint({ RUNWAY_API_KEY: KEY });
    expect(message).toMatch(/^RUNWAY_API_KEY .*RUNWAYML_API_SECRET: rename it/);
    expect(message).not.toContain(KEY);
    expect(complaint({ RUNWAY_API_KEY: KEY, RUNWAYML_API_SECRET: KEY })).toBe('');
  });

  test('binds new reels to Runway, by the name of the account', () => {
    const config = loadConfig({ RUNWAYML_API_SECRET: KEY, RUNWAY_ACCOUNT: 'site' });
    expect(backendOf(config)).toEqual({
      kind: 'runway',
      baseUrl: 'https://api.dev.runwayml.com',
      account: 'site',
    });
  });

  test('is needed, unless the simulator was asked for', () => {
    expect(() => backendOf(loadConfig({}))).toThrow(/RUNWAYML_API_SECRET is not set.*SIMULATOR=1/s);
    const config = loadConfig({ SIMULATOR: '1', RUNWAYML_BASE_URL: 'http://127.0.0.1:4000/' });
    expect(backendOf(config)).toEqual({ kind: 'simulator', baseUrl: 'http://127.0.0.1:4000' });
    expect(config.runway.statusUrl).toBe('http://127.0.0.1:4000/status');
  });

  test('and the simulator exclude each other', () => {
    const both = { SIMULATOR: '1', RUNWAYML_BASE_URL: 'http://127.0.0.1:4000', RUNWAYML_API_SECRET: KEY };
    expect(complaint(both)).toContain('unset one of them');
    expect(complaint({ SIMULATOR: '1' })).toContain('set RUNWAYML_BASE_URL');
  });
});

test('polls come closer than five seconds only at an address of this machine', () => {
  const quick = { POLL_INTERVAL: '100ms' };
  for (const url of ['http://127.0.0.1:4000', 'http://localhost:4000', 'http://[::1]:4000']) {
    expect(complaint({ ...quick, RUNWAYML_BASE_URL: url })).toBe('');
  }
  for (const url of ['https://localhost.example', 'https://runway.example', 'https://127.0.0.1.example']) {
    expect(complaint({ ...quick, RUNWAYML_BASE_URL: url })).toContain('POLL_INTERVAL must be 5s or more');
  }
});

describe('a host that others can reach', () => {
  test.each(['0.0.0.0', '::', '192.168.1.5', 'reels.example', '127.0.0.1.example'])(
    '%s asks for keys',
    (HOST) => {
      expect(complaint({ HOST })).toContain('set REEL_API_KEYS, or bind 127.0.0.1');
      expect(complaint({ HOST, REEL_API_KEYS: ' , ' })).toContain('REEL_API_KEYS holds no key');
      expect(complaint({ HOST, REEL_API_KEYS: `site:${SECRET}` })).toBe('');
    },
  );

  test.each(['127.0.0.1', 'localhost', '::1', '127.5.5.5'])('%s does not', (HOST) => {
    expect(complaint({ HOST })).toBe('');
  });
});

describe('keys of the API', () => {
  const sha256 = createHash('sha256').update(SECRET).digest('hex');

  test('are kept as hashes, in whichever form they come', () => {
    const keys = loadConfig({ REEL_API_KEYS: `site:${SECRET}, shop:sha256:${sha256}` }).apiKeys;
    expect(keys).toEqual([
      { client: 'site', sha256 },
      { client: 'shop', sha256 },
    ]);
  });

  test('may be two for a client, while one takes the place of the other', () => {
    expect(loadConfig({ REEL_API_KEYS: `s:${SECRET}1,s:${SECRET}2` }).apiKeys).toHaveLength(2);
  });

  test('are the only names that a daily limit may have', () => {
    const REEL_API_KEYS = `site:${SECRET}`;
    expect(complaint({ REEL_API_KEYS, KEY_DAILY_MAX_CREDITS: 'shop:5' })).toContain('no key of that name');
    const config = loadConfig({ REEL_API_KEYS, KEY_DAILY_MAX_CREDITS: 'site:500' });
    expect(config.budget.keyDailyMaxCredits).toEqual({ site: 500 });
  });
});

test('a daily limit of 0 is none', () => {
  expect(loadConfig({ DAILY_MAX_CREDITS: '0' }).budget.dailyMaxCredits).toBeUndefined();
});

describe('what belongs to clients', () => {
  const SIGNER = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

  test('a webhook secret without a name is for a service without keys', () => {
    expect(loadConfig({ WEBHOOK_SECRET: SIGNER }).webhooks.secrets).toEqual([
      { client: 'local', secret: SIGNER },
    ]);
    const keys = { REEL_API_KEYS: `site:${SECRET}` };
    expect(complaint({ ...keys, WEBHOOK_SECRET: SIGNER })).toContain('name:whsec_');
    expect(loadConfig({ ...keys, WEBHOOK_SECRET: `site:${SIGNER}` }).webhooks.secrets).toEqual([
      { client: 'site', secret: SIGNER },
    ]);
  });

  test.each([
    ['WEBHOOK_SECRET', 'whsec_c2hvcnQ=', 'openssl rand -base64 32'],
    ['WEBHOOK_SECRET', `site:${SIGNER},site:${SIGNER},site:${SIGNER}`, 'more than two'],
    ['WEBHOOK_SECRET', `shop:${SIGNER}`, 'names shop'],
    ['REEL_ADMINS', 'shop', 'names shop'],
    ['REEL_ADMINS', 'No Name', 'must be names'],
    ['REEL_RETENTION', '5m', 'between 1h'],
  ])('%s=%s is refused', (name, value, words) => {
    const line = complaint({ REEL_API_KEYS: `site:${SECRET}`, [name]: value });
    expect(line).toContain(words);
    expect(line).not.toContain(SIGNER);
  });
});

describe('a public address without keys', () => {
  const check = (env: Record<string, string>) => () => requireKeysInPublic(loadConfig(env));

  test.each(['https://reels.example.org', 'http://192.168.1.5:3000', 'http://localhost.example.org'])(
    '%s is refused',
    (PUBLIC_URL) => {
      expect(check({ PUBLIC_URL })).toThrow(ConfigError);
      expect(check({ PUBLIC_URL })).toThrow('set REEL_API_KEYS');
      expect(check({ PUBLIC_URL, REEL_API_KEYS: `site:${SECRET}` })).not.toThrow();
    },
  );

  test.each(['', 'http://127.0.0.1:3000', 'http://localhost:8080', 'http://[::1]:3000'])(
    '%j is for this machine',
    (PUBLIC_URL) => {
      expect(check({ PUBLIC_URL })).not.toThrow();
    },
  );
});

test('proxies are the ones that are named, and none by default', () => {
  const proxies = (TRUSTED_PROXIES: string) => loadConfig({ TRUSTED_PROXIES }).trustedProxies;
  expect(proxies('')).toEqual([]);
  expect(proxies('loopback, 203.0.113.0/24, 2001:db8::7')).toEqual([
    'loopback',
    '203.0.113.0/24',
    '2001:db8::7',
  ]);
  expect(proxies('none')).toEqual([]);
});

describe('DATABASE_URL', () => {
  test('names a PostgreSQL; unset, there is a file in DATA_DIR', () => {
    const url = 'postgres://reels:p%40ss@db.example:5432/reels?sslmode=require';
    expect(loadConfig({ DATABASE_URL: url }).databaseUrl).toBe(url);
    expect(loadConfig({ DATABASE_URL: '' }).databaseUrl).toBeUndefined();
  });

  test.each(['mysql://db/reels', 'db.example', 'postgres://', 'postgres:///x', 'postgres://u:a#b@db/reels'])(
    '%s is none, and its password is not repeated',
    (text) => {
      const said = complaint({ DATABASE_URL: text });
      expect(said).toMatch(/^DATABASE_URL must/);
      expect(said).not.toContain('a#b');
    },
  );
});
