import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { redactSpans } from './redact-spans';

const KEY = `key_${'ab'.repeat(64)}`;

test('a span leaves without what looks like a secret, and otherwise as it was', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(redactSpans(exporter))],
  });
  const span = provider
    .getTracer('test')
    .startSpan('a call', { attributes: { link: 'https://x.example/v?_jwt=abc', ms: 5 } });
  span.recordException(new Error(`refused: Bearer ${KEY}`));
  span.setStatus({ code: 2, message: `refused ${KEY}` });
  span.end();
  const [sent] = exporter.getFinishedSpans();
  const { name, attributes, status, events } = sent ?? ({} as ReadableSpan);
  expect({ name, attributes, status, events }).toMatchObject({
    name: 'a call',
    attributes: { link: 'https://x.example/v?[redacted]', ms: 5 },
    status: { code: 2, message: 'refused key_[redacted]' },
    events: [{ name: 'exception', attributes: { 'exception.message': 'refused: Bearer key_[redacted]' } }],
  });
  expect(sent?.spanContext()).toEqual(span.spanContext());
  expect(JSON.stringify([attributes, events, status])).not.toContain('abab');
});
