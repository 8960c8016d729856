import { DAY_MS } from '../../contract/duration';
import { z } from 'zod';
import { adminOnly } from '../access/auth';
import { type RunwayUsage, usage } from '../../contract/schemas/usage';
import { json } from '../http/answer';
import { route } from '../http/route';
import { dailyUse } from './daily-budget';
import { usageByClient, usageReport } from './usage-report';

const usageQuery = z.strictObject({
  days: z
    .string()
    .regex(/^(?:[1-9]|[1-8]\d|90)$/, 'must be a whole number from 1 to 90')
    .default('30')
    .transform(Number)
    .meta({
      description: 'Today and the days before it, in UTC.',
      override: { type: 'integer', minimum: 1, maximum: 90, default: 30, pattern: undefined },
    }),
  client: z.enum(['all'], 'can only be all').optional().meta({ description: 'All clients; for admins.' }),
});

/** What the caller's reels cost, or for an admin all clients'; beside it Runway's own figures for the whole account. */
export const getUsage = route({
  method: 'GET',
  path: '/v1/usage',
  id: 'getUsage',
  tag: 'Money',
  summary: 'What reels cost, by day and reel',
  access: 'key',
  query: usageQuery,
  answers: { 200: json('Credits.', usage) },
  problems: ['invalid_query', 'admin_only'],
  async handler({ res, query, client, isAdmin: admin }, { storage, settings, account, now }) {
    const { days, client: wanted } = query();
    const ofAll = wanted === 'all';
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

/** In the order of our days, without those on which nothing was used. */
function likeOurs({ days }: RunwayUsage): RunwayUsage {
  const used = days.filter(({ models }) => Object.keys(models).length > 0);
  return { days: used.sort((a, b) => (a.date < b.date ? 1 : -1)) };
}
