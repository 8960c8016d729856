import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { Backend } from '../../domain/backend';

export type TemporalConnection = ReturnType<typeof loadClientConnectConfig>['connectionOptions'];

/** Where Temporal is, by its own environment configuration (`TEMPORAL_ADDRESS`, profiles, TLS, API key). */
export interface TemporalSettings {
  readonly connectionOptions: TemporalConnection;
  readonly namespace: string;
}

/**
 * Reads Temporal's own environment configuration. Simulated reels live in a namespace of their own unless
 * one is named, so that they never stand beside real ones.
 */
export function temporalSettings(backend: Backend): TemporalSettings {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const own = backend.kind === 'simulator' ? 'simulated' : 'default';
  return { connectionOptions, namespace: namespace || own };
}

/** Address in Temporal's UI of the list of workflows, or of one run. The UI opens a run's timeline where no tab is named. */
export function workflowsPage(
  uiUrl: string,
  namespace: string,
  run?: { readonly workflowId: string; readonly runId: string },
): string {
  const parts = [namespace, 'workflows', ...(run ? [run.workflowId, run.runId] : [])];
  return `${uiUrl}/namespaces/${parts.map(encodeURIComponent).join('/')}`;
}
