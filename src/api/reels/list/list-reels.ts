import { MEMO_HEAD, type ReelHead, reelIdOf } from '../../../domain/reel';
import type { temporal } from '@temporalio/proto';
import { createGate } from '../../http/gate';
import { type ListFilters, listQuery, visibilityQuery } from './list-query';
import { json } from '../../http/answer';
import { badQuery } from '../../http/parse-input';
import { route } from '../../http/route';
import { reelPage } from '../../../contract/schemas/reel';
import type { ApiContext } from '../../context';
import type { ReelView } from '../view/reel-view';
import { callTemporal } from '../../temporal/temporal-call';
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Reels of a page that are read at once. */
const READS_AT_ONCE = 8;

const UNREACHABLE = 'Temporal does not answer. Ask again in a moment.';

export const listReels = route({
  method: 'GET',
  path: '/v1/reels',
  id: 'listReels',
  tag: 'Reels',
  summary: 'List reels',
  text: 'Unfinished ones first, then by their end, latest first.',
  access: 'key',
  query: listQuery,
  answers: { 200: json('A page.', reelPage) },
  problems: ['invalid_query', 'temporal_unreachable'],
  async handler({ res, query, client }, context) {
    const { views, nextCursor } = await readPage(client, query(), context);
    res.json({ reels: await Promise.all(views.map(context.toPublicReel)), nextCursor: nextCursor ?? null });
  },
});

interface Page {
  readonly views: readonly ReelView[];
  readonly nextCursor?: string;
}

/**
 * Reels in the order of Temporal's visibility: unfinished first, then by their end, latest first. The
 * list says which reels there are; each is then read as `GET /v1/reels/{id}` reads it, so that both never
 * differ, also for a run that was reset (the list still has the old one).
 */
async function readPage(client: string, filters: ListFilters, context: ApiContext): Promise<Page> {
  const { storage, finder } = context;
  const query = visibilityQuery(client, filters);
  const key = await storage.signingKey();
  const token = filters.cursor === undefined ? undefined : openCursor(key, query, filters.cursor);
  if (filters.cursor !== undefined && !token) {
    throw badQuery([{ field: 'cursor', message: 'must be the nextCursor of an answer to the same filters' }]);
  }
  const { executions, nextPageToken } = await visible(context, query, filters.limit, token);
  const gate = createGate(READS_AT_ONCE);
  const views = await Promise.all(
    executions.map((info) =>
      gate(async () => {
        const id = idOf(context, info);
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
}

async function visible({ client }: ApiContext, query: string, pageSize: number, nextPageToken?: Buffer) {
  const { namespace } = client.options;
  return callTemporal(client, UNREACHABLE, () =>
    client.workflowService.listWorkflowExecutions({ namespace, query, pageSize, nextPageToken }),
  );
}

function idOf(
  { client }: ApiContext,
  { execution, memo }: temporal.api.workflow.v1.IWorkflowExecutionInfo,
): string | undefined {
  const own = reelIdOf(execution?.workflowId ?? '');
  const noted = memo?.fields?.[MEMO_HEAD];
  if (own !== undefined || !noted) return own;
  return client.options.loadedDataConverter.payloadConverter.fromPayload<ReelHead>(noted).id;
}

const MAC_BYTES = 16;

/**
 * Seals Temporal's page token as a cursor. Temporal answers a token that it cannot read, or one of another
 * query, with a failure like that of an outage: a changed cursor must not get that far.
 */
export function sealCursor(key: Buffer, query: string, token: Uint8Array): string {
  return Buffer.concat([mac(key, query, token), token]).toString('base64url');
}

/** @returns undefined for a cursor that was not made for this query */
export function openCursor(key: Buffer, query: string, cursor: string): Buffer | undefined {
  const bytes = Buffer.from(cursor, 'base64url');
  const token = bytes.subarray(MAC_BYTES);
  if (token.length === 0) return undefined;
  return timingSafeEqual(mac(key, query, token), bytes.subarray(0, MAC_BYTES)) ? token : undefined;
}

function mac(key: Buffer, query: string, token: Uint8Array): Buffer {
  return createHmac('sha256', key).update(`cursor\n${query}\n`).update(token).digest().subarray(0, MAC_BYTES);
}
