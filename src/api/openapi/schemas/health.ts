import { z } from 'zod';
import { video } from '../../../contract/schemas/reel';
import { count } from '../../../contract/schemas/values';

const part = z.enum(['up', 'down', 'unknown']);

export const parts = z.strictObject({
  temporal: part,
  worker: part.describe('Workflows and short activities.'),
  waits: part.describe('The long waits for Runway.'),
  storage: part,
});

export const disk = z.strictObject({ freeBytes: count.describe('What may still be written to DATA_DIR.') });

export const videoCheck = z
  .strictObject({
    checked: z.enum(video.shape.checked.options),
    ffmpeg: z.string().optional().describe('Its version.'),
  })
  .describe(
    'How the worker checks a video: with ffmpeg every frame is decoded, without one only its structure is looked at.',
  );

export const standingStill = z
  .array(
    z.strictObject({
      process: z.string().meta({ examples: ['worker'] }),
      pid: count,
      seconds: count.describe('How long its event loop has stood still.'),
    }),
  )
  .describe(
    'Processes that are alive and do nothing: each is killed after STANDSTILL_LIMIT. Absent where there are none.',
  );

export const alive = z.strictObject({ status: z.literal('alive') });
export const ready = z.strictObject({
  status: z.literal('ready'),
  parts,
  storage: disk,
  video: videoCheck.optional(),
  standingStill: standingStill.optional(),
});
