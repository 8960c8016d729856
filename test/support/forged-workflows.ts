/** What somebody who reaches Temporal could run there: workflows of any name that call our activities with anything. */
import { ActivityFailure, ApplicationFailure, proxyActivities } from '@temporalio/workflow';

export interface ForgedCall {
  readonly activity: string;
  readonly args: unknown;
}

const activities = proxyActivities<Record<string, (args: unknown) => Promise<unknown>>>({
  taskQueue: 'reels',
  startToCloseTimeout: '60s',
  retry: { maximumAttempts: 1 },
});

/** Makes the calls of each round at once, and tells what each came to: `done`, or the type of its failure. */
export async function generateReel(rounds: readonly (readonly ForgedCall[])[]): Promise<string[][]> {
  const told: string[][] = [];
  for (const round of rounds) told.push(await Promise.all(round.map(call)));
  return told;
}

/** The same, under a name that is none of ours. */
export const somebodyElse = generateReel;

async function call({ activity, args }: ForgedCall): Promise<string> {
  try {
    await activities[activity]?.(args);
    return 'done';
  } catch (error) {
    const cause = error instanceof ActivityFailure ? error.cause : undefined;
    return cause instanceof ApplicationFailure ? (cause.type ?? '') : String(error);
  }
}
