import { reelIdOf } from '../../../domain/ids';
import { MEMO_HEAD, type ReelHead } from '../../../domain/reel-state';
import { decodeMapFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import type { temporal } from '@temporalio/proto';
import type { ApiDeps } from '../../deps';
import { openCursor, sealCursor } from './cursor';
import { createGate } from '../../http/gate';
import { type ListFilters, visibilityQuery } from './list-query';
import { badQuery } from '../../http/parse-query';
import type { ReelFinder } from '../view/reel-finder';
import type { ReelView } from '../view/reel-view';
import { callTemporal } from '../../temporal/temporal-call';

/** Reels of a page that are read at once. */
const READS_AT_ONCE = 8;

const UNREACHABLE = 'Temporal does not answer. Ask again in a moment.';

export interface ReelPage {
  readonly views: readonly ReelView[];
  readonly nextCursor?: string;
}

export type ListReels = (client: string, filters: ListFilters) => Promise<ReelPage>;

/**
 * Lists reels in the order of Temporal's visibility: unfinished first, then by their end, latest first. The
 * list says which reels there are; each is then read as `GET /v1/reels/{id}` reads it, so that both never
 * differ, also for a run that was reset (the list still has the old one).
 */
export function createListReels(deps: ApiDeps, finder: ReelFinder): ListReels {
  const { client: temporalClient, storage } = deps;

  async function visible(query: string, pageSize: number, nextPageToken?: Buffer) {
    const { namespace } = temporalClient.options;
    return callTemporal(temporalClient, UNREACHABLE, () =>
      temporalClient.workflowService.listWorkflowExecutions({ namespace, query, pageSize, nextPageToken }),
    );
  }

  async function idOf(info: temporal.api.workflow.v1.IWorkflowExecutionInfo): Promise<string | undefined> {
    const own = reelIdOf(info.execution?.workflowId ?? '');
    if (own !== undefined) return own;
    const memo = await decodeMapFromPayloads(temporalClient.options.loadedDataConverter, info.memo?.fields);
    return (memo?.[MEMO_HEAD] as ReelHead | undefined)?.id;
  }

  return async (client, filters) => {
    const query = visibilityQuery(client, filters);
    const key = await storage.signingKey();
    const token = filters.cursor === undefined ? undefined : openCursor(key, query, filters.cursor);
    if (filters.cursor !== undefined && !token) {
      throw badQuery([
        { field: 'cursor', message: 'must be the nextCursor of an answer to the same filters' },
      ]);
    }
    const { executions, nextPageToken } = await visible(query, filters.limit, token);
    const gate = createGate(READS_AT_ONCE);
    const views = await Promise.all(
      executions.map((info) =>
        gate(async () => {
          const id = await idOf(info);
          const view = id === undefined ? undefined : await finder.find(id, UNREACHABLE);
          const current = view?.run === undefined || view.run.runId === info.execution?.runId;
          return view?.client === client && current ? view : undefined;
        }),
      ),
    );
    return {
      views: views.filter(
        (view) =>
          view !== undefined &&
          (!filters.uncertain || view.credits.uncertain > 0) &&
          // A made reel whose run is repeated is listed as what the repeat is; and what changed meanwhile has changed.
          (filters.status === undefined || view.status === filters.status),
      ) as ReelView[],
      nextCursor: nextPageToken?.length ? sealCursor(key, query, nextPageToken) : undefined,
    };
  };
}
