/** What an activity is built from, in a folder of its own: a real storage, and Runway as the test wants it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { ActivityDeps } from '../../src/activities/deps';
import { loadConfig } from '../../src/platform/config';
import type { Runway } from '../../src/runway/runway';
import { openStorage } from '../../src/storage/storage';
import { checkStructure } from './video-check';

export const BACKEND = { kind: 'simulator', baseUrl: 'http://127.0.0.1:1' } as const;

/** @param runway the calls that the test expects; any other one fails it. */
export async function activityDeps(
  runway: Partial<Runway> = {},
): Promise<ActivityDeps & { remove: () => Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'reels-activity-'));
  const unexpected = new Proxy(runway, {
    get(target, name) {
      const call = Reflect.get(target, name) as unknown;
      if (call === undefined) throw new Error(`nobody was to call ${String(name)}`);
      return call;
    },
  });
  const storage = await openStorage({ root, check: checkStructure });
  return {
    backend: BACKEND,
    runway: unexpected as Runway,
    storage,
    policy: loadConfig({}).policy,
    budget: { keyDailyMaxCredits: {} },
    statusUrl: 'http://127.0.0.1:1/status',
    webhooks: { secrets: [], allowLoopback: false },
    remove: async () => {
      await storage.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

type ActivityFacts = ConstructorParameters<typeof MockActivityEnvironment>[0];

/** Runs an activity once, as a worker would. */
export function runActivity<A, R>(
  activity: (args: A) => Promise<R>,
  args: A,
  client?: Client,
  facts?: ActivityFacts,
): Promise<R> {
  const environment = new MockActivityEnvironment(facts, { logger: new DefaultLogger('ERROR'), client });
  return environment.run<[A], R, (args: A) => Promise<R>>(activity, args);
}
