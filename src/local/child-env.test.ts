import { embeddedTemporalEnv, plainEnv } from './child-env';

const EMBEDDED = { address: '127.0.0.1:7233', namespace: 'simulated', uiUrl: 'http://127.0.0.1:8233' };

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
  const env = embeddedTemporalEnv(
    { TEMPORAL_API_KEY: 'c', TEMPORAL_TLS: 'true', TEMPORAL_ADDRESS: '' },
    EMBEDDED,
  );
  expect(env).toEqual({
    TEMPORAL_CONFIG_FILE: '/dev/null',
    TEMPORAL_ADDRESS: '127.0.0.1:7233',
    TEMPORAL_NAMESPACE: 'simulated',
    TEMPORAL_UI_URL: 'http://127.0.0.1:8233',
  });
});

test("the owner's address of the Temporal UI is kept", () => {
  const env = embeddedTemporalEnv({ TEMPORAL_UI_URL: 'https://ui.example.org' }, EMBEDDED);
  expect(env['TEMPORAL_UI_URL']).toBe('https://ui.example.org');
});
