/** Model Routers: saved preferences that choose a model for each request, and the log of what they chose. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { type Answer, invalid, refusal } from './answer';
import { type Router, routerSchema } from './router-shapes';
import { checkHeaders, type Context } from './runway-api';

const NO_ROUTER = refusal(404, 'Could not find Router');

/** POST /v1/routers */
export function createRouter({ ledger, record, now }: Context, body: unknown): Answer {
  const parsed = routerSchema.safeParse(body);
  if (!parsed.success) return invalid(parsed.error.issues);
  const { slug, name = slug, description = null, settings = {} } = parsed.data;
  if (ledger.routerBySlug(slug)) return refusal(409, 'A router with this slug already exists');
  const router: Router = { id: randomUUID(), slug, name, description, createdAt: now(), settings };
  record({ type: 'router', at: now(), router });
  return { status: 200, json: routerJson(router) };
}

/** GET and DELETE /v1/routers/{id} */
export function readRouter({ ledger }: Context, id: string, req: IncomingMessage): Answer {
  const router = ledger.router(id);
  return checkHeaders(ledger, req) ?? (router ? { status: 200, json: routerJson(router) } : NO_ROUTER);
}

export function deleteRouter({ ledger, record, now }: Context, id: string, req: IncomingMessage): Answer {
  const refused = checkHeaders(ledger, req) ?? (ledger.router(id) ? undefined : NO_ROUTER);
  if (refused) return refused;
  record({ type: 'router deleted', at: now(), router: id });
  return { status: 204 };
}

const pageSchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.coerce.number().int().min(0).default(0),
});

/** GET /v1/routers/{id}/requests: latest first, as old as the account's delay of the log. */
export function listRouted(ctx: Context, id: string, query: URLSearchParams, req: IncomingMessage): Answer {
  const { ledger, now } = ctx;
  const refused = checkHeaders(ledger, req) ?? (ledger.router(id) ? undefined : NO_ROUTER);
  if (refused) return refused;
  const page = pageSchema.safeParse(Object.fromEntries(query));
  if (!page.success) return invalid(page.error.issues);
  const { limit, cursor } = page.data;
  const shownUntil = now() - ledger.account.routerLogDelaySeconds * 1000;
  const shown = ledger
    .routed(id)
    .filter(({ at }) => at <= shownUntil)
    .reverse();
  const data = shown.slice(cursor, cursor + limit).map(({ at, request }) => ({
    ...request,
    createdAt: new Date(at).toISOString(),
    provider: request.model === null ? null : 'simulator',
    reason: null,
    reasonCode: request.model === null ? null : 'only_eligible_model',
    emptiedBy: request.model === null ? ['allow_deny'] : [],
    pipeline: [],
  }));
  return {
    status: 200,
    json: { data, nextCursor: cursor + limit < shown.length ? String(cursor + limit) : null },
  };
}

function routerJson({ createdAt, settings, ...router }: Router): object {
  const at = new Date(createdAt).toISOString();
  return { ...router, createdAt: at, updatedAt: at, version: 1, settings: { schemaVersion: 1, ...settings } };
}
