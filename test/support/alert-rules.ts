/** The rules of deploy/alerts.yml. */
import { parse } from 'yaml';
import { read } from './docs';

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

export function alertRules(yaml = read('deploy/alerts.yml')): AlertRule[] {
  const { groups } = parse(yaml) as { groups: { rules: AlertRule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

/** Temporal's own metrics that the documents name; an integration test finds them at a worker. */
export const TEMPORAL_METRICS = [
  'temporal_workflow_task_schedule_to_start_latency_seconds',
  'temporal_activity_schedule_to_start_latency_seconds',
  'temporal_activity_execution_latency_seconds',
  'temporal_long_request_total',
  'temporal_request_latency_seconds',
  'temporal_worker_task_slots_available',
  'temporal_sticky_cache_size',
] as const;
