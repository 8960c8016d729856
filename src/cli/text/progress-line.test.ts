import type { Reel } from '../../contract/schemas/reel';
import { progressLine, progressNote } from './progress-line';

const NOW = new Date('2026-11-23T07:01:12.000Z');
const BARS = { full: '#', empty: '-' };
const REEL = {
  id: 'abc',
  status: 'in_progress',
  phase: 'running',
  progress: 0.62,
  createdAt: '2026-11-23T07:00:00.000Z',
  generations: [{ number: 1 }, { number: 2 }],
} as unknown as Reel;
const WAITING: Reel = {
  ...REEL,
  phase: 'waiting_to_retry',
  waiting: { for: 'Retrying due to internal error (1/3)', nextAt: '2026-11-23T07:01:36.000Z' },
};

test('a running reel has its time, its share and a bar', () => {
  expect(progressLine(REEL, NOW, { ...BARS, width: 100 })).toBe(
    '1:12  Runway makes the video  62 %  ############--------  generation 2',
  );
});

test('a waiting reel says for what, with a countdown that ends at zero', () => {
  const look = { ...BARS, width: 120 };
  expect(progressLine(WAITING, NOW, look)).toBe(
    '1:12  Waiting before the next try  next in 0:24  Retrying due to internal error (1/3)  generation 2',
  );
  expect(progressLine(WAITING, new Date('2026-11-23T08:00:00Z'), look)).toContain('next in 0:00');
});

test('a narrow terminal gets what fits, and never more', () => {
  for (let width = 4; width < 120; width += 1) {
    expect(progressLine(WAITING, NOW, { ...BARS, width }).length).toBeLessThanOrEqual(width);
  }
  expect(progressLine(WAITING, NOW, { ...BARS, width: 40 })).toBe('1:12  Waiting before the next try');
});

test('a log has no line for each second', () => {
  expect(progressNote({ ...REEL, progress: 0.1 })).toBe(progressNote(REEL));
  expect(progressNote(WAITING)).toBe(
    'Waiting before the next try · generation 2 · Retrying due to internal error (1/3) · next at 2026-11-23 07:01:36 UTC',
  );
});
