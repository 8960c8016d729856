import type { IRouter } from 'express';
import { z } from 'zod';
import { adminOnly, clientOf, isAdmin } from '../access/auth';
import { dailyUse } from './daily-use';
import type { ApiDeps, RunwayUsage } from '../deps';
import { parseQuery } from '../http/parse-query';
import { route } from '../http/route';
import { usageByClient, usageReport } from './usage-report';

const DAY_MS = 86_400_000;

export const usageQuery = z.strictObject({
  days: z
    .string()
    .regex(/^(?:[1-9]|[1-8]\d|90)$/, 'must be a whole number from 1 to 90')
    .default('30')
    .transform(Number),
  client: z.enum(['all'], 'can only be all').optional(),
});

/** What the caller's reels cost, or for an admin all clients'; beside it Runway's own figures for the whole account. */
export function addUsageRoute(
  router: IRouter,
  {
    storage,
    settings,
    account,
    now = () => new Date(),
  }: Pick<ApiDeps, 'storage' | 'settings' | 'account' | 'now'>,
): void {
  route(router, '/v1/usage', {
    get: async (req, res) => {
      const { days, client: wanted } = parseQuery(usageQuery, req.query);
      const ofAll = wanted === 'all';
      const client = clientOf(res);
      const admin = isAdmin(res);
      const at = now();
      if (ofAll && !admin) throw adminOnly();
      // Whole UTC days, today among them: Runway counts so too.
      const today = at.toISOString().slice(0, 10);
      const since = new Date(Date.parse(today) - (days - 1) * DAY_MS);
      const [entries, budget, runway] = await Promise.all([
        storage.ledger.list(since),
        dailyUse({ storage, settings }, { client, admin }, at),
        admin ? account?.readUsage(since.toISOString().slice(0, 10)) : undefined,
      ]);
      const counted = entries.filter(
        (entry) => (ofAll || entry.client === client) && entry.at >= since.toISOString(),
      );
      res.json({
        since: since.toISOString(),
        budget,
        ...usageReport(counted),
        clients: ofAll ? usageByClient(counted) : undefined,
        runway: runway && likeOurs(runway),
      });
    },
  });
}

/** In the order of our days, without those on which nothing was used. */
function likeOurs({ days }: RunwayUsage): RunwayUsage {
  const used = days.filter(({ models }) => Object.keys(models).length > 0);
  return { days: used.sort((a, b) => (a.date < b.date ? 1 : -1)) };
}
