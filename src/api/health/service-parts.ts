import type { Part, Readiness } from '../../contract/schemas/health';
import type { Standstill } from '../../platform/standstills';
import { StorageError } from '../../platform/files/disk-fault';
import type { ApiDeps } from '../deps';
import { fresh, shared } from '../http/shared-calls';
import { callTemporal, TemporalUnreachable } from '../temporal/temporal-call';
import { msOf } from '../temporal/timestamp';

/** Idle workers poll once a minute; Temporal goes on listing a dead one for five. */
const POLLER_FRESH_MS = 70_000;

const WORKFLOW = 1;
const ACTIVITY = 2;

/** How long an answer is reused, in ms: the route is open, and the check writes to the disk. */
const FRESH_MS = 1_000;
const DISK_FRESH_MS = 5_000;

export const WHAT_IS_DOWN = {
  temporal: 'Temporal cannot be reached.',
  worker: 'No worker has polled for workflows and short activities lately.',
  waits: 'No worker has polled for the long waits lately.',
  storage: 'Nothing can be written to DATA_DIR.',
} as const satisfies Record<Part, string>;

export type CheckParts = () => Promise<Readiness>;

/**
 * Checks whether everything that a reel needs is there, once a second at most. Never fails: a part that cannot be asked is
 * `down` or `unknown`.
 */
export function createPartsCheck(deps: ApiDeps): CheckParts {
  const { client, taskQueues, now = () => new Date() } = deps;

  /** @param standing processes that do not count: their pollers go on for a while, but nothing runs what they get. */
  async function isPolled(
    name: string,
    taskQueueType: number,
    standing: readonly Standstill[],
  ): Promise<boolean> {
    const { pollers } = await callTemporal(client, WHAT_IS_DOWN.temporal, () =>
      client.workflowService.describeTaskQueue({
        namespace: client.options.namespace,
        taskQueue: { name },
        taskQueueType,
      }),
    );
    const oldest = now().getTime() - POLLER_FRESH_MS;
    return pollers.some(
      ({ identity, lastAccessTime }) =>
        lastAccessTime &&
        msOf(lastAccessTime) > oldest &&
        !standing.some((process) => process.identity === identity),
    );
  }

  const probeDisk = fresh(DISK_FRESH_MS, () =>
    deps.storage.probeDisk().catch((error: unknown) => {
      if (!(error instanceof StorageError)) throw error;
      deps.logger.warn({ reason: error.message }, 'the storage cannot be written');
      return undefined;
    }),
  );

  async function checkTemporal(
    standing: readonly Standstill[],
  ): Promise<Omit<Readiness['parts'], 'storage'>> {
    try {
      await callTemporal(client, WHAT_IS_DOWN.temporal, deps.prepareTemporal);
      const [workflows, activities, waits] = await Promise.all([
        isPolled(taskQueues.reels, WORKFLOW, standing),
        isPolled(taskQueues.reels, ACTIVITY, standing),
        isPolled(taskQueues.waits, ACTIVITY, standing),
      ]);
      return {
        temporal: 'up',
        worker: workflows && activities ? 'up' : 'down',
        waits: waits ? 'up' : 'down',
      };
    } catch (error) {
      if (!(error instanceof TemporalUnreachable)) throw error;
      return { temporal: 'down', worker: 'unknown', waits: 'unknown' };
    }
  }

  // A check that takes longer than its answer is reused is not begun a second time.
  const check = shared(async (): Promise<Readiness> => {
    const standing = (await deps.readStandstills?.()) ?? [];
    const [processes, disk, video] = await Promise.all([
      checkTemporal(standing),
      probeDisk(),
      deps.readVideoCheck?.().catch(() => undefined),
    ]);
    return {
      parts: { ...processes, storage: disk ? 'up' : 'down' },
      ...(disk && { storage: disk }),
      ...(video && { video }),
      ...(standing.length > 0 && {
        standingStill: standing.map(({ process, pid, seconds }) => ({ process, pid, seconds })),
      }),
    };
  });
  return fresh(FRESH_MS, check);
}
