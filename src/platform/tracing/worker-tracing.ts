import type { Resource } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import {
  makeWorkflowExporter,
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryActivityOutboundInterceptor,
  type OpenTelemetryWorkflowExporter,
} from '@temporalio/interceptors-opentelemetry';
import type { ActivityInterceptorsFactory, InjectedSinks } from '@temporalio/worker';
import type { WorkflowInfo } from '@temporalio/workflow';

/** What a worker is given so that workflows, where the bundle is made for it, and activities have spans. */
export interface WorkerTracing {
  readonly activity: ActivityInterceptorsFactory;
  readonly sinks: InjectedSinks<{ exporter: OpenTelemetryWorkflowExporter }>;
}

export function workerTracing(processor: SpanProcessor, resource: Resource): WorkerTracing {
  const { fn: exportSpans } = makeWorkflowExporter(processor, resource).export;
  return {
    activity: (context) => ({
      inbound: new OpenTelemetryActivityInboundInterceptor(context),
      outbound: new OpenTelemetryActivityOutboundInterceptor(context),
    }),
    // Temporal's own exporter puts all that is known of the run on each span: the memo with prompt and state too.
    sinks: { exporter: { export: { fn: (info, spans) => exportSpans(named(info), spans) } } },
  };
}

function named({ workflowId, runId, workflowType, taskQueue }: WorkflowInfo): WorkflowInfo {
  return { workflowId, runId, workflowType, taskQueue } as WorkflowInfo;
}
