/** Histories by the public ways alone: what lies inside the SDK's packages moves from one minor version to the next. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Client } from '@temporalio/client';
import { temporalCli } from './temporal';

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;
type EventTime = NonNullable<History['events']>[number]['eventTime'];

/** Milliseconds since 1970; NaN where there is no time. */
export function eventTimeMs(time: EventTime): number {
  return time ? Number(time.seconds ?? 0) * 1_000 + (time.nanos ?? 0) / 1e6 : NaN;
}

/** Seconds that a step of this run waited for a worker with a free slot, at most. */
export function longestWaitForSlot({ events }: History): number {
  const at = new Map(events?.map(({ eventId, eventTime }) => [String(eventId), eventTimeMs(eventTime)]));
  const waits = (events ?? []).flatMap(({ eventTime, activityTaskStartedEventAttributes: started }) =>
    started ? [eventTimeMs(eventTime) - (at.get(String(started.scheduledEventId)) ?? NaN)] : [],
  );
  return Math.max(...waits) / 1_000;
}

/** A history as the Temporal CLI and its UI export it, and as workers replay it. */
export async function exportHistory(
  temporal: { readonly address: string; readonly namespace: string },
  { workflowId, runId }: { readonly workflowId: string; readonly runId?: string | undefined },
): Promise<string> {
  const { stdout } = await promisify(execFile)(
    await temporalCli(),
    [
      ...['workflow', 'show', '--output', 'json', '--no-json-shorthand-payloads'],
      ...['--address', temporal.address, '--namespace', temporal.namespace, '--workflow-id', workflowId],
      ...(runId === undefined ? [] : ['--run-id', runId]),
    ],
    { maxBuffer: 256 * 1024 * 1024 },
  );
  return stdout;
}
