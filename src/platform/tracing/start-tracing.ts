/**
 * OpenTelemetry traces, from the POST through the workflow to each call to Runway. Loaded only where
 * `OTEL_EXPORTER_OTLP_ENDPOINT` is set.
 */
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { Resource } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import type { RequestHandler } from 'express';
import { redactSpans } from './redact-spans';
import { traceRequests } from './trace-requests';
import { type AroundCall, traceRunwayCalls } from './trace-runway-calls';
import { workerTracing, type WorkerTracing } from './worker-tracing';

export interface Tracing {
  /** A span for each HTTP request. */
  readonly requests: RequestHandler;
  /** Brings the trace of a request into the workflow that it starts. */
  readonly client: WorkflowClientInterceptor;
  readonly worker: WorkerTracing;
  /** A span for each call to Runway. */
  readonly aroundCall: AroundCall;
  /** Sends what was not sent yet. */
  stop(): Promise<void>;
}

/** @param endpoint base of an OTLP/HTTP collector. */
export function startTracing(endpoint: string, service: 'api' | 'worker'): Tracing {
  const resource = new Resource({ 'service.name': `durable-reels-${service}` });
  const exporter = redactSpans(new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }));
  const processor = new BatchSpanProcessor(exporter);
  const provider = new BasicTracerProvider({ resource, spanProcessors: [processor] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  const tracer = trace.getTracer('durable-reels');
  return {
    requests: traceRequests(tracer),
    client: new OpenTelemetryWorkflowClientInterceptor(),
    worker: workerTracing(processor, resource),
    aroundCall: traceRunwayCalls(tracer),
    // A collector that is not there must not hold up a stop.
    stop: () => provider.shutdown().catch(() => undefined),
  };
}
