import type { ReelStatus } from '../../contract/reel';
import type { LedgerEntry } from '../../database/credits';
import type { Storage } from '../../storage/storage';
import { sumCredits } from './sum-credits';

const NOW = new Date('2026-11-23T12:00:00Z');

function entry(
  reelId: string,
  generation: number,
  settled?: { charged?: number; uncertain?: number },
): LedgerEntry {
  const at = '2026-11-23T10:00:00Z';
  const end = settled && { at, charged: 0, uncertain: 0, ...settled };
  return {
    at,
    reelId,
    generation,
    client: 'site',
    model: 'veo3.1_fast',
    reserved: 80,
    ...(end && { settled: end }),
  };
}

/** The parts of a storage that are asked. */
function storage(entries: LedgerEntry[], statuses: Record<string, ReelStatus>): Storage {
  const list = jest.fn(() => Promise.resolve(entries));
  const readRecord = (id: string) => Promise.resolve(statuses[id] && { state: { status: statuses[id] } });
  return { ledger: { list }, readRecord } as unknown as Storage;
}

test('what was charged is wasted unless it made the video of a reel that succeeded', async () => {
  const entries = [
    entry('made', 1, { charged: 30 }),
    entry('made', 2, { charged: 80 }),
    entry('failed', 1, { charged: 7 }),
    entry('cancelled', 1, { charged: 5, uncertain: 0 }),
    entry('lost', 1, { uncertain: 80 }),
    entry('running', 1, { charged: 80 }),
    entry('running', 2),
    entry('deleted', 1, { charged: 80 }),
  ];
  const statuses = {
    made: 'succeeded',
    failed: 'failed',
    cancelled: 'cancelled',
    lost: 'failed',
    running: 'in_progress',
  } as const;
  expect(await sumCredits(storage(entries, statuses), NOW)).toEqual({
    charged: 282,
    uncertain: 80,
    open: 80,
    wasted: 30 + 7 + 5 + 80,
  });
});

test('only the last 24 hours are asked for', async () => {
  const empty = storage([], {});
  expect(await sumCredits(empty, NOW)).toEqual({ charged: 0, uncertain: 0, open: 0, wasted: 0 });
  expect(empty.ledger.list).toHaveBeenCalledWith(new Date('2026-11-22T12:00:00Z'));
});
