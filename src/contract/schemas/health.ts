import { z } from 'zod';
import { video } from './reel';
import { count, type Shape } from './values';

const part = z.enum(['up', 'down', 'unknown']);

const videoCheck = z
  .strictObject({
    checked: z.enum(video.shape.checked.options),
    ffmpeg: z.string().optional().describe('Its version.'),
  })
  .describe(
    'How the worker checks a video: with ffmpeg every frame is decoded, without one only its structure is looked at.',
  );
export type VideoCheckNote = Shape<typeof videoCheck>;

const standingProcess = z.strictObject({
  process: z.string().meta({ examples: ['worker'] }),
  pid: count,
  seconds: count.describe('How long its event loop has stood still.'),
});
export type StandingProcess = Shape<typeof standingProcess>;

/** `storage` is absent where nothing can be written, `video` before a worker has said it. */
export const readiness = z.strictObject({
  parts: z.strictObject({
    temporal: part,
    worker: part.describe('Workflows and short activities.'),
    waits: part.describe('The long waits for Runway.'),
    storage: part,
  }),
  storage: z.strictObject({ freeBytes: count.describe('What may still be written to DATA_DIR.') }).optional(),
  video: videoCheck.optional(),
  standingStill: z
    .array(standingProcess)
    .optional()
    .describe(
      'Processes that are alive and do nothing: each is killed after STANDSTILL_LIMIT. Absent where there are none.',
    ),
});
export type Readiness = Shape<typeof readiness>;
export type Part = keyof Readiness['parts'];

export const ready = z
  .strictObject({ status: z.literal('ready') })
  .extend(readiness.shape)
  .required({ storage: true });

export const alive = z.strictObject({ status: z.literal('alive') });
