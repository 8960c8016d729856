import { createHmac, timingSafeEqual } from 'node:crypto';
import { isTerminal } from '../../../contract/reel';
import { reelPage } from '../../../contract/schemas/reel';
import type { ListedReel, ReelPlace } from '../../../database/reel-lists';
import type { ApiContext } from '../../context';
import { json } from '../../http/answer';
import { badQuery } from '../../http/parse-input';
import { route } from '../../http/route';
import { type ReelView, viewReel } from '../view/reel-view';
import { type Filters, filtersOf, type ListFilters, listQuery } from './list-query';

const UNREACHABLE = 'Temporal does not answer. Ask again in a moment.';

export const listReels = route({
  method: 'GET',
  path: '/v1/reels',
  id: 'listReels',
  tag: 'Reels',
  summary: 'List reels',
  text: 'Newest first. A new reel is there at once, and pages neither skip nor repeat one while reels come in.',
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

/** The least that is read at once of reels that may match. */
const LEAST = 50;

/**
 * The database says which reels there are, and may match; those that are being made are read in Temporal, as
 * `GET /v1/reels/{id}` reads them, and what they are now counts.
 */
async function readPage(client: string, asked: ListFilters, context: ApiContext): Promise<Page> {
  const { storage } = context;
  const filters = filtersOf(client, asked);
  const key = await storage.signingKey();
  const sealedFor = JSON.stringify(filters);
  let after = asked.cursor === undefined ? undefined : placeIn(key, sealedFor, asked.cursor);
  // One more than the page has: whether there is a next one.
  const wanted = asked.limit + 1;
  const found: { readonly place: ReelPlace; readonly view: ReelView }[] = [];
  for (;;) {
    const limit = Math.max(wanted - found.length, narrows(filters) ? LEAST : 1);
    const rows = await storage.listReels({ ...filters, limit, ...(after && { after }) });
    const views = await Promise.all(rows.map((row) => viewOf(row, context)));
    views.forEach((view, at) => {
      const place = rows[at];
      if (place && view?.client === client && matches(view, filters)) found.push({ place, view });
    });
    after = rows.at(-1);
    if (found.length >= wanted || rows.length < limit) break;
  }
  const shown = found.slice(0, asked.limit);
  const last = found.length > shown.length ? shown.at(-1)?.place : undefined;
  return {
    views: shown.map(({ view }) => view),
    nextCursor: last && sealCursor(key, sealedFor, Buffer.from(`${last.createdAtMs} ${last.id}`)),
  };
}

/** Whether rows that may match often do not. */
function narrows({ status, failureCode, uncertain }: Filters): boolean {
  return status !== undefined || failureCode !== undefined || uncertain !== undefined;
}

/** @returns undefined for an order whose run was not started, or is in the middle of it. */
async function viewOf(
  { id, isOpen, kept }: ListedReel,
  { finder }: ApiContext,
): Promise<ReelView | undefined> {
  const { record } = kept ?? {};
  // How it ended is in its record, unless its run was ended from outside.
  const ended = !isOpen && record && isTerminal(record.state.status) ? viewReel({ record }) : undefined;
  if (ended) return finder.asClient(ended);
  return kept ? finder.findKept(id, kept, UNREACHABLE) : finder.find(id, UNREACHABLE);
}

/** What may have changed since it was noted. */
function matches(view: ReelView, { status, uncertain, failureCode }: Filters): boolean {
  return (
    (status === undefined || view.status === status) &&
    (!uncertain || view.credits.uncertain > 0) &&
    (failureCode === undefined || view.failure?.code === failureCode)
  );
}

/** @throws Problem 400 for a cursor of other filters, or one that was changed. */
function placeIn(key: Buffer, filters: string, cursor: string): ReelPlace {
  const token = openCursor(key, filters, cursor);
  if (!token) {
    throw badQuery([{ field: 'cursor', message: 'must be the nextCursor of an answer to the same filters' }]);
  }
  const [createdAtMs, id = ''] = token.toString().split(' ');
  return { createdAtMs: Number(createdAtMs), id };
}

const MAC_BYTES = 16;

/** Seals a place in a list as a cursor, which holds for the same filters only. */
export function sealCursor(key: Buffer, filters: string, token: Uint8Array): string {
  return Buffer.concat([mac(key, filters, token), token]).toString('base64url');
}

/** @returns undefined for a cursor that was not made for these filters */
export function openCursor(key: Buffer, filters: string, cursor: string): Buffer | undefined {
  const bytes = Buffer.from(cursor, 'base64url');
  const token = bytes.subarray(MAC_BYTES);
  if (token.length === 0) return undefined;
  return timingSafeEqual(mac(key, filters, token), bytes.subarray(0, MAC_BYTES)) ? token : undefined;
}

function mac(key: Buffer, filters: string, token: Uint8Array): Buffer {
  return createHmac('sha256', key)
    .update(`cursor\n${filters}\n`)
    .update(token)
    .digest()
    .subarray(0, MAC_BYTES);
}
