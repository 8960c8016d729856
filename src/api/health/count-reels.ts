import type { Client } from '@temporalio/client';
import { GENERATE_REEL } from '../../domain/generate-reel';
import type { ReelStatus } from '../../contract/reel';
import { REEL_CAUSE, REEL_STATUS } from '../../domain/search-attributes';
import { CATALOG } from '../../runway/failures/error-catalog';
import { createGate } from '../http/gate';
import { callTemporal } from '../temporal/temporal-call';

export interface ReelCounts {
  readonly byStatus: Readonly<Record<ReelStatus, number>>;
  /** Codes without a failed reel are left out. */
  readonly byFailure: Readonly<Record<string, number>>;
}

const REELS = `WorkflowType = '${GENERATE_REEL}'`;
const QUERIES_AT_ONCE = 8;

/**
 * Counts the reels of all clients that Temporal knows. Visibility groups by the execution's status alone: all other counts
 * are queries of their own, as many as the catalog has codes.
 *
 * @throws TemporalUnreachable
 */
export async function countReels(client: Client): Promise<ReelCounts> {
  const gate = createGate(QUERIES_AT_ONCE);
  const count = (query: string) =>
    gate(() => callTemporal(client, 'Temporal does not answer.', () => client.workflow.count(query)));
  const running = async (status: ReelStatus) =>
    (await count(`${REELS} AND ExecutionStatus = 'Running' AND ${REEL_STATUS.name} = '${status}'`)).count;
  const failed = async (code: string) =>
    [
      code,
      (await count(`${REELS} AND ExecutionStatus = 'Failed' AND ${REEL_CAUSE.name} = '${code}'`)).count,
    ] as const;

  const [all, queued, needsDecision, ...byCode] = await Promise.all([
    count(`${REELS} GROUP BY ExecutionStatus`),
    running('queued'),
    running('needs_decision'),
    ...CATALOG.map(({ code }) => failed(code)),
  ]);
  const groups = new Map(
    all.groups.map(({ count: size, groupValues }) => [String(groupValues.flat()[0]), size]),
  );
  const size = (status: string) => groups.get(status) ?? 0;
  const stopped = size('Terminated') + size('TimedOut');
  const counted = [...byCode, ['stopped_by_operator', stopped] as const].filter(([, reels]) => reels > 0);
  return {
    byStatus: {
      queued,
      // A reel may have changed between two queries.
      in_progress: Math.max(0, size('Running') - queued - needsDecision),
      needs_decision: needsDecision,
      succeeded: size('Completed'),
      failed: size('Failed') + stopped,
      cancelled: size('Canceled'),
    },
    byFailure: Object.fromEntries(counted),
  };
}
