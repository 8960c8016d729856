import { loadConfig } from '../config';
import { tracingFor } from './tracing-for';

// Whoever loads it is seen.
jest.mock('./start-tracing', () => {
  throw new Error('OpenTelemetry was loaded');
});

test('without a collector OpenTelemetry is not even loaded', () => {
  expect(tracingFor(loadConfig({}), 'api')).toBeUndefined();
  const config = loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' });
  expect(() => tracingFor(config, 'api')).toThrow('OpenTelemetry was loaded');
});
