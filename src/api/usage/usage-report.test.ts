import type { LedgerEntry } from '../../database/credits';
import { usageReport } from './usage-report';

const entry = (more: Partial<LedgerEntry>): LedgerEntry => ({
  at: '2026-11-23T06:00:00.000Z',
  reelId: 'a',
  generation: 1,
  client: 'local',
  model: 'veo3.1_fast',
  reserved: 80,
  ...more,
});
const settled = (charged: number, uncertain = 0) => ({ at: '2026-11-23T07:00:00.000Z', charged, uncertain });

test('credits are charged, refunded, uncertain or still open, by day and by reel, latest first', () => {
  const report = usageReport([
    entry({ at: '2026-11-22T23:59:59.000Z', settled: settled(0) }),
    entry({ at: '2026-11-23T00:00:01.000Z', generation: 2, model: 'gen4.5', settled: settled(72) }),
    entry({ reelId: 'b', settled: settled(0, 80) }),
    entry({ reelId: 'c', at: '2026-11-23T05:00:00.000Z' }),
  ]);
  expect(report.total).toEqual({ charged: 72, refunded: 88, uncertain: 80, open: 80 });
  expect(report.days).toEqual([
    { date: '2026-11-23', charged: 72, refunded: 8, uncertain: 80, open: 80 },
    { date: '2026-11-22', charged: 0, refunded: 80, uncertain: 0, open: 0 },
  ]);
  expect(report.reels.map(({ id }) => id)).toEqual(['b', 'c', 'a']);
  expect(report.reels.at(-1)).toEqual({
    id: 'a',
    at: '2026-11-22T23:59:59.000Z',
    model: 'veo3.1_fast',
    charged: 72,
    refunded: 88,
    uncertain: 0,
    open: 0,
  });
});

test('a charge above what was set aside is no negative refund', () => {
  expect(usageReport([entry({ settled: settled(100) })]).total).toMatchObject({ charged: 100, refunded: 0 });
});

test('without any generation everything is zero', () => {
  const total = { charged: 0, refunded: 0, uncertain: 0, open: 0 };
  expect(usageReport([])).toEqual({ total, days: [], reels: [] });
});
