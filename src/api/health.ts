import type { IRouter } from 'express';
import { tsToMs } from '@temporalio/common/lib/time';
import type { ApiDeps } from './deps';
import { fresh } from './fresh';
import { Problem } from './problem';
import { route } from './route';
import { StorageError } from '../storage/storage';
import { callTemporal, TemporalUnreachable } from './temporal-call';

/** Idle workers poll once a minute; Temporal goes on listing a dead one for five. */
const POLLER_FRESH_MS = 70_000;

const WORKFLOW = 1;
const ACTIVITY = 2;

/** How long one look at the disk holds, in ms: everybody may ask, and each look writes. */
const DISK_FRESH_MS = 5_000;

type Part = 'temporal' | 'worker' | 'waits' | 'storage';
type Parts = Readonly<Record<Part, 'up' | 'down' | 'unknown'>>;

const WHAT_IS_DOWN = {
  temporal: 'Temporal cannot be reached.',
  worker: 'No worker has polled for workflows and short activities lately.',
  waits: 'No worker has polled for the long waits lately.',
  storage: 'Nothing can be written to DATA_DIR.',
} as const satisfies Record<Part, string>;

/** `/healthz`: this process lives. `/readyz`: a reel that is posted now gets made. */
export function addHealthRoutes(router: IRouter, deps: ApiDeps): void {
  const { client, taskQueues, now = () => new Date() } = deps;

  async function isPolled(name: string, taskQueueType: number): Promise<boolean> {
    const { pollers } = await callTemporal(client, WHAT_IS_DOWN.temporal, () =>
      client.workflowService.describeTaskQueue({
        namespace: client.options.namespace,
        taskQueue: { name },
        taskQueueType,
      }),
    );
    const oldest = now().getTime() - POLLER_FRESH_MS;
    return pollers.some(({ lastAccessTime }) => lastAccessTime && tsToMs(lastAccessTime) > oldest);
  }

  const lookAtDisk = fresh(DISK_FRESH_MS, () =>
    deps.storage.lookAtDisk().catch((error: unknown) => {
      if (!(error instanceof StorageError)) throw error;
      deps.logger.warn({ reason: error.message }, 'the storage cannot be written');
      return undefined;
    }),
  );

  async function lookAtTemporal(): Promise<Omit<Parts, 'storage'>> {
    try {
      await callTemporal(client, WHAT_IS_DOWN.temporal, deps.prepareTemporal);
      const [workflows, activities, waits] = await Promise.all([
        isPolled(taskQueues.reels, WORKFLOW),
        isPolled(taskQueues.reels, ACTIVITY),
        isPolled(taskQueues.waits, ACTIVITY),
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

  route(router, '/healthz', { get: (_req, res) => void res.json({ status: 'alive' }) });
  route(router, '/readyz', {
    get: async (_req, res) => {
      const [processes, disk] = await Promise.all([lookAtTemporal(), lookAtDisk()]);
      const parts: Parts = { ...processes, storage: disk ? 'up' : 'down' };
      const seen = { parts, ...(disk && { storage: disk }) };
      const down = (Object.keys(WHAT_IS_DOWN) as Part[]).filter((part) => parts[part] === 'down');
      if (down.length === 0) {
        res.json({ status: 'ready', ...seen });
        return;
      }
      const detail = down.map((part) => WHAT_IS_DOWN[part]).join(' ');
      throw new Problem(503, 'not_ready', 'Not ready', detail, {
        headers: { 'Retry-After': '5' },
        members: seen,
      });
    },
  });
}
