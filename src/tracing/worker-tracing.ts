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

/** What a worker is given so that workflows and activities have spans. */
export interface WorkerTracing {
  readonly activity: ActivityInterceptorsFactory;
  /** Bundled with the workflows. */
  readonly workflowModule: string;
  readonly sinks: InjectedSinks<{ exporter: OpenTelemetryWorkflowExporter }>;
}

export function workerTracing(processor: SpanProcessor, resource: Resource): WorkerTracing {
  const { fn: exportSpans } = makeWorkflowExporter(processor, resource).export;
  return {
    activity: (context) => ({
      inbound: new OpenTelemetryActivityInboundInterceptor(context),
      outbound: new OpenTelemetryActivityOutboundInterceptor(context),
    }),
    workflowModule: WORKFLOW_MODULE,
    // Temporal's own exporter puts all that is known of the run on each span: the memo with prompt and state too.
    sinks: { exporter: { export: { fn: (info, spans) => exportSpans(named(info), spans) } } },
  };
}

/** Spans of workflows are made inside the sandbox, by Temporal's interceptors. */
export const WORKFLOW_MODULE =
  require.resolve('@temporalio/interceptors-opentelemetry/lib/workflow-interceptors');

function named({ workflowId, runId, workflowType, taskQueue }: WorkflowInfo): WorkflowInfo {
  return { workflowId, runId, workflowType, taskQueue } as WorkflowInfo;
}
