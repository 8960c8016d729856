/** What the buttons of Temporal's UI do, through the calls that the UI makes. */
import { randomUUID } from 'node:crypto';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { defaultPayloadConverter, WorkflowIdReusePolicy } from '@temporalio/common';
import { GENERATE_REEL, type GenerateReelInput } from '../../src/domain/generate-reel';

export interface TemporalButtons {
  /** Pauses every activity that is pending. @returns what takes the pauses back. */
  pauseActivities(workflowId: string): Promise<() => Promise<void>>;
  resetActivities(workflowId: string): Promise<void>;
  /** @param to the workflow task from which everything is done again. */
  reset(workflowId: string, to: 'first' | 'last'): Promise<void>;
  /** A new run with the input of this one, under the same workflow ID or another. */
  startLike(workflowId: string, asWorkflowId: string): ReturnType<Client['workflow']['start']>;
}

export function temporalButtons(client: Client): TemporalButtons {
  const { namespace } = client.options;
  const { workflowService: service } = client;
  const activity = (workflowId: string, type: string) => ({
    namespace,
    execution: { workflowId },
    type,
    identity: 'a button',
  });

  async function pendingTypes(workflowId: string): Promise<string[]> {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    return (raw.pendingActivities ?? []).map(({ activityType }) => activityType?.name ?? '');
  }

  return {
    async pauseActivities(workflowId) {
      const types = await pendingTypes(workflowId);
      for (const type of types) {
        await service.pauseActivity({ ...activity(workflowId, type), reason: 'a button' }).catch(ignoreGone);
      }
      return async () => {
        for (const type of types) await service.unpauseActivity(activity(workflowId, type)).catch(ignoreGone);
      };
    },
    async resetActivities(workflowId) {
      for (const type of await pendingTypes(workflowId)) {
        await service.resetActivity(activity(workflowId, type)).catch(ignoreGone);
      }
    },
    async reset(workflowId, to) {
      const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
      const tasks = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
      await service.resetWorkflowExecution({
        namespace,
        workflowExecution: { workflowId },
        workflowTaskFinishEventId: tasks.at(to === 'first' ? 0 : -1)?.eventId,
        // Each press is one of its own.
        requestId: randomUUID(),
        reason: 'a button',
      });
    },
    async startLike(workflowId, asWorkflowId) {
      const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
      const [payload] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
      return client.workflow.start(GENERATE_REEL, {
        workflowId: asWorkflowId,
        taskQueue: 'reels',
        args: [defaultPayloadConverter.fromPayload<GenerateReelInput>(payload ?? {})],
        workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      });
    },
  };
}

/** The run, or the activity, had ended before the button was pressed. */
export function ignoreGone(error: unknown): void {
  const notFound = error instanceof WorkflowNotFoundError || (error as { code?: unknown }).code === 5;
  if (!notFound) throw error;
}
