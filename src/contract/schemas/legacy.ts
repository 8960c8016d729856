/** The words of the application that this service replaces. */
import { z } from 'zod';
import { reelId, type Shape } from './values';

export const legacySuccess = z
  .strictObject({
    success: z.literal(true),
    videoUrl: z.url(),
    duration: z.number().describe('Seconds.'),
    aspectRatio: z.string().regex(/^\d+:\d+$/),
    resolution: z.string().regex(/^\d+x\d+$/),
    reelId,
    warnings: z.array(z.string()).optional(),
  })
  .meta({ id: 'LegacySuccess' });
export type LegacySuccess = Shape<typeof legacySuccess>;

export const legacyFailure = z
  .strictObject({
    error: z.string(),
    troubleshooting: z.array(z.string()),
    reelUrl: z.url().optional().describe('Where the reel can be seen, once there is one.'),
    reelId: reelId.optional(),
  })
  .meta({ id: 'LegacyFailure' });
export type LegacyFailure = Shape<typeof legacyFailure>;

export const legacyStatus = z.strictObject({
  status: z.literal('ok'),
  runwayConfigured: z.boolean(),
  cors: z.boolean(),
});
