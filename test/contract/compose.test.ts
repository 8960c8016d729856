import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SearchAttributeType } from '@temporalio/common';
import { SETTING_NAMES, backendOf, loadConfig } from '../../src/platform/config';
import { SEARCH_ATTRIBUTES } from '../../src/domain/search-attributes';
import { ROOT, readComposeFile, readEnvFile } from '../support/compose-file';

const NEEDED = { REEL_API_KEYS: 'site:0123456789abcdef', POSTGRES_PASSWORD: 'a-password' };
const WITH_KEY = { ...NEEDED, RUNWAYML_API_SECRET: 'key_of_a_test' };
const OURS = ['api', 'worker', 'simulator'] as const;

/** Of Temporal's own environment configuration, what makes sense without files. */
const TEMPORAL_ENVIRONMENT = [
  'TEMPORAL_ADDRESS',
  'TEMPORAL_NAMESPACE',
  'TEMPORAL_API_KEY',
  'TEMPORAL_TLS',
  'TEMPORAL_TLS_SERVER_NAME',
  'TEMPORAL_TLS_SERVER_CA_CERT_DATA',
  'TEMPORAL_TLS_CLIENT_CERT_DATA',
  'TEMPORAL_TLS_CLIENT_KEY_DATA',
];
/** By Node, and by the simulator, which shares no code with the service. */
const READ_ELSEWHERE = ['NODE_OPTIONS', 'SIMULATOR_DATA', 'SIMULATOR_NAME'];
/** Where ffmpeg is, which the image brings, and settings of the embedded Temporal server. */
const NOT_IN_CONTAINERS = ['FFMPEG_PATH', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT', 'TEMPORAL_CLI_PATH'];

const { services, networks, volumes } = readComposeFile(WITH_KEY);
const all = Object.entries(services);
const service = (name: string) => {
  const found = services[name];
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
};
const waitedFor = new Map(
  all.flatMap(([, { depends_on = {} }]) =>
    Object.entries(depends_on).map(([name, { condition }]) => [name, condition] as const),
  ),
);
const runsOnce = (name: string) => waitedFor.get(name) === 'service_completed_successfully';
const megabytes = (text: string) => Number(/^(\d+)m$/.exec(text)?.[1]);
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** All names that a container may be given, whatever `.env` holds. */
const everySettingSet = Object.fromEntries(
  [...SETTING_NAMES, ...TEMPORAL_ENVIRONMENT].map((name) => [name, 'x']),
);
const namesOf = (name: string) =>
  Object.keys(readComposeFile({ ...everySettingSet, ...NEEDED }).services[name]?.environment ?? {});

describe('docker-compose.yml', () => {
  test('pins every image, and takes the server and its tools from one release', () => {
    for (const [, { image, build }] of all) {
      if (build === undefined) expect(image).toMatch(/^[\w/-]+:\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
      else expect(image).toBe('durable-reels:local');
    }
    const release = service('temporal').image.split(':')[1];
    expect(service('temporal-schema').image).toBe(`temporalio/admin-tools:${release}`);
    expect(service('temporal-namespaces').image).toBe(`temporalio/admin-tools:${release}`);
  });

  test('starts in order: database, schema, server, namespaces, then API and worker', () => {
    expect(service('temporal-schema').depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    expect(service('temporal').depends_on).toEqual({
      'temporal-schema': { condition: 'service_completed_successfully' },
    });
    expect(service('temporal-namespaces').depends_on).toEqual({ temporal: { condition: 'service_healthy' } });
    for (const name of ['api', 'worker']) {
      expect(service(name).depends_on).toEqual({
        'temporal-namespaces': { condition: 'service_completed_successfully' },
      });
    }
  });

  test('checks the health of everything that stays up, and restarts it', () => {
    for (const [name, { healthcheck, restart }] of all) {
      expect([name, healthcheck !== undefined]).toEqual([name, !runsOnce(name)]);
      expect([name, restart]).toEqual([name, runsOnce(name) ? 'on-failure:5' : 'unless-stopped']);
    }
  });

  test('only waits for services that start without a profile, and for the health of those that tell it', () => {
    for (const [name, condition] of waitedFor) {
      expect(service(name).profiles).toBeUndefined();
      if (condition === 'service_healthy') expect(service(name).healthcheck).toBeDefined();
    }
  });

  test.each(OURS)('%s runs confined, with time to finish, and its heap below its memory limit', (name) => {
    const ours = service(name);
    expect(ours).toMatchObject({
      build: '.',
      init: true,
      read_only: true,
      tmpfs: ['/tmp:size=64m,mode=1777'],
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      stop_grace_period: '90s',
      volumes: ['data:/data'],
    });
    const heap = Number(/^--max-old-space-size=(\d+)$/.exec(ours.environment?.['NODE_OPTIONS'] ?? '')?.[1]);
    expect(heap).toBeLessThan(0.7 * megabytes(ours.mem_limit ?? ''));
  });

  test('gives no container root again, or more of the machine', () => {
    for (const [, { user, privileged, security_opt }] of all) {
      expect(user).toBeUndefined();
      expect(privileged).toBeUndefined();
      expect(security_opt).toEqual(['no-new-privileges:true']);
    }
  });

  test('publishes the API and the proxy before the UI of Temporal, on loopback only', () => {
    const published = all.filter(([, { ports }]) => ports !== undefined);
    expect(published.map(([name]) => name)).toEqual(['api', 'temporal-ui-proxy']);
    for (const [, { ports = [] }] of published) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    }
  });

  test('lets nobody to the UI of Temporal but through the proxy, which is given no secret and no volume', () => {
    const proxy = service('temporal-ui-proxy');
    expect(proxy.command?.slice(0, 2)).toEqual(['node', 'dist/local/ui-proxy/main.js']);
    expect(existsSync(join(ROOT, 'src/local/ui-proxy/main.ts'))).toBe(true);
    expect(proxy.volumes).toBeUndefined();
    expect(proxy).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    expect(Object.keys(proxy.environment ?? {})).toEqual(['NODE_OPTIONS', 'TEMPORAL_UI_URL']);
    expect(service('temporal-ui').environment).toMatchObject({
      TEMPORAL_CORS_ORIGINS: 'http://127.0.0.1:8233,http://localhost:8233',
    });
  });

  test('keeps the database in a network that only Temporal reaches', () => {
    expect(networks['database']).toEqual({ internal: true });
    const near = all.filter(([, { networks: joined = [] }]) => joined.includes('database'));
    expect(near.map(([name]) => name)).toEqual(['postgres', 'temporal-schema', 'temporal']);
  });

  test('mounts volumes and folders that exist', () => {
    for (const [, { volumes: mounts = [] }] of all) {
      for (const [source = ''] of mounts.map((mount) => mount.split(':'))) {
        expect(source.startsWith('./') ? existsSync(join(ROOT, source)) : source in volumes).toBe(true);
      }
    }
    for (const [, { command = [] }] of all) {
      const script = command.find((word) => word.startsWith('/deploy/'));
      if (script) expect(existsSync(join(ROOT, script.replace('/deploy/', 'deploy/temporal/')))).toBe(true);
    }
  });

  test.each(OURS)('%s runs a file that the build makes', (name) => {
    expect(service(name).command).toEqual(['node', `dist/${name}/main.js`]);
  });
});

describe('settings of the containers', () => {
  test('are all read by somebody', () => {
    const known = new Set([...SETTING_NAMES, ...TEMPORAL_ENVIRONMENT, ...READ_ELSEWHERE]);
    for (const name of OURS) {
      expect(namesOf(name).filter((setting) => !known.has(setting))).toEqual([]);
    }
  });

  test('are all settings that there are, but those of the embedded Temporal and of what the image brings', () => {
    const given = new Set(OURS.flatMap(namesOf));
    expect(SETTING_NAMES.filter((name) => !given.has(name))).toEqual(NOT_IN_CONTAINERS);
  });

  test('let API and worker start with a key, on one Temporal and one folder', () => {
    const [api, worker] = ['api', 'worker'].map((name) => service(name).environment ?? {});
    for (const environment of [api, worker]) {
      expect(backendOf(loadConfig(environment)).kind).toBe('runway');
      expect(environment).toMatchObject({
        TEMPORAL_ADDRESS: 'temporal:7233',
        TEMPORAL_NAMESPACE: 'default',
        DATA_DIR: '/data',
      });
    }
    expect(loadConfig(api)).toMatchObject({
      host: '0.0.0.0',
      port: 3000,
      publicUrl: 'http://127.0.0.1:3000',
    });
    expect(worker).not.toHaveProperty('REEL_API_KEYS');
  });

  test.each(['REEL_API_KEYS', 'POSTGRES_PASSWORD'])(
    'are refused without %s, with the way to make one',
    (name) => {
      expect(() => readComposeFile({ ...NEEDED, [name]: '' })).toThrow(
        new RegExp(`^${name}: Set ${name} in .env.*openssl rand -hex 24`),
      );
    },
  );

  test('point at the simulator with deploy/simulator.env, whatever key .env holds', () => {
    const simulated = readComposeFile({ ...WITH_KEY, ...readEnvFile('deploy/simulator.env') }).services;
    const { SIMULATOR_HOST, SIMULATOR_PORT } = simulated['simulator']?.environment ?? {};
    expect(SIMULATOR_HOST).toBe('0.0.0.0');
    for (const name of ['api', 'worker']) {
      const environment = simulated[name]?.environment ?? {};
      expect(backendOf(loadConfig(environment))).toEqual({
        kind: 'simulator',
        baseUrl: `http://simulator:${SIMULATOR_PORT}`,
      });
      expect(environment['TEMPORAL_NAMESPACE']).toBe('simulated');
    }
  });
});

describe('the image', () => {
  const dockerfile = read('Dockerfile');
  const admitted = read('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));

  test('copies files that exist and that .dockerignore lets in, and nothing else is let in', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, list = '']) =>
      list.split(' '),
    );
    expect(copied.length).toBeGreaterThan(5);
    for (const path of copied) expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
    expect(new Set(copied.map((path) => path.replace(/^src\/.*/, 'src')))).toEqual(new Set(admitted));
  });

  test('runs as a user without rights, on glibc, with certificates', () => {
    expect(/^USER (.+)$/m.exec(dockerfile)?.[1]).toBe('node');
    expect(dockerfile).toContain('ARG NODE_IMAGE=node:20-bookworm-slim');
    expect(dockerfile).toContain('ca-certificates');
    expect(dockerfile).toContain('org.opencontainers.image.licenses="Apache-2.0"');
  });
});

test('the set-up script registers exactly the search attributes that the code uses', () => {
  const registered = [
    ...read('deploy/temporal/setup-namespaces.sh').matchAll(/--name (\w+) --type (\w+)/g),
  ].map(([, name, type]) => `${name} ${type}`);
  const words: Partial<Record<SearchAttributeType, string>> = {
    [SearchAttributeType.KEYWORD]: 'Keyword',
    [SearchAttributeType.KEYWORD_LIST]: 'KeywordList',
    [SearchAttributeType.TEXT]: 'Text',
    [SearchAttributeType.INT]: 'Int',
  };
  expect(registered).toEqual(SEARCH_ATTRIBUTES.map(({ name, type }) => `${name} ${words[type]}`));
});
