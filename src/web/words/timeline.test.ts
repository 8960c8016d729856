import type { Reel } from '../../contract/schemas/reel';
import { timelineOf } from './timeline';

test('two generations and the pause between them', () => {
  const common = { model: 'veo3.1_fast', changes: [], estimatedCredits: 80 };
  const reel = {
    phase: 'running',
    progress: 0.41,
    generations: [
      {
        ...common,
        ...{ number: 1, status: 'failed', failureCode: 'INTERNAL', credits: 0, runwayTaskId: 'a' },
        ...{ startedAt: '2026-11-01T12:00:00.000Z', endedAt: '2026-11-01T12:03:00.000Z' },
      },
      { ...common, number: 2, status: 'submitted', startedAt: '2026-11-01T12:03:30.000Z' },
    ],
  } as unknown as Reel;
  expect(timelineOf(reel)).toMatchObject([
    { number: 1, text: 'failed at Runway', code: 'INTERNAL', cost: 'nothing charged', tone: 'bad' },
    { kind: 'pause', text: 'waited 30 s' },
    { number: 2, text: 'running 41 %', tone: 'working' },
  ]);
});
