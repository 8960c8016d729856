import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { redact } from '../logging';

/** What looks like a secret leaves the process in no span: not in attributes, and not in a failure's message or stack. */
export function redactSpans(exporter: SpanExporter): SpanExporter {
  return {
    export: (spans, done) => exporter.export(spans.map(redacted), done),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}

function redacted(span: ReadableSpan): ReadableSpan {
  // The fields of a span may be getters: a spread would lose them.
  return Object.create(span, {
    attributes: { value: cleaned(span.attributes) },
    status: { value: { ...span.status, message: span.status.message && redact(span.status.message) } },
    events: {
      value: span.events.map((event) => ({
        ...event,
        attributes: event.attributes && cleaned(event.attributes),
      })),
    },
  }) as ReadableSpan;
}

function cleaned(attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [
      key,
      typeof value === 'string' ? redact(value) : value,
    ]),
  );
}
