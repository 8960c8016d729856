import { SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';

/** The parts of an answer that a span records. */
interface Answer {
  readonly status?: number;
  readonly requestId?: string;
  readonly fault?: { readonly code: string };
}

export type AroundCall = <Given extends Answer>(
  call: { readonly name: string; readonly method: string },
  send: () => Promise<Given>,
) => Promise<Given>;

/** A span for each call to Runway: what it was, what came back, and the ID that Runway's support asks for. */
export function traceRunwayCalls(tracer: Tracer): AroundCall {
  return ({ name, method }, send) =>
    tracer.startActiveSpan(`runway ${name}`, { kind: SpanKind.CLIENT }, async (span) => {
      try {
        const exchange = await send();
        const { status, requestId, fault } = exchange;
        span.setAttributes({
          'http.request.method': method,
          ...(status !== undefined && { 'http.response.status_code': status }),
          ...(requestId !== undefined && { 'runway.request_id': requestId }),
          ...(fault && { 'error.type': fault.code }),
        });
        if (status === undefined || status >= 400) span.setStatus({ code: SpanStatusCode.ERROR });
        return exchange;
      } finally {
        span.end();
      }
    });
}
