import { loadClientConnectConfig } from '@temporalio/envconfig';
import { embeddedTemporalEnv, plainEnv } from './child-env';

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
