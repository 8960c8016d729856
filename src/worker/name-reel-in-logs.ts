import type { ActivityInterceptorsFactory } from '@temporalio/worker';

/** Every line that an activity logs names what it is about, from its argument: reel, generation, Runway task. */
export const nameReelInLogs: ActivityInterceptorsFactory = () => {
  let about: Record<string, unknown> = {};
  return {
    inbound: {
      execute: (input, next) => {
        about = aboutOf(input.args[0]);
        return next(input);
      },
    },
    outbound: { getLogAttributes: (attributes, next) => next({ ...attributes, ...about }) },
  };
};

function aboutOf(argument: unknown): Record<string, unknown> {
  const { reelId, id, record, generation, runwayTaskId } = (argument ?? {}) as {
    reelId?: unknown;
    id?: unknown;
    record?: { head?: { id?: unknown } };
    generation?: unknown;
    runwayTaskId?: unknown;
  };
  const named = { reelId: reelId ?? record?.head?.id ?? id, generation, runwayTaskId };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}
