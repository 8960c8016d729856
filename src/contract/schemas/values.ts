/** Values that stand in several answers, and the type of what a schema describes. */
import { z } from 'zod';
import { REEL_ID_PATTERN } from '../reel';

/** What a schema describes. Nobody changes an answer. */
export type Shape<S extends z.ZodType> = Immutable<z.infer<S>>;

type Immutable<T> = T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T;

export const reelId = z.string().regex(REEL_ID_PATTERN).meta({
  description: 'ID of a reel. IDs of reels that the simulator makes begin with `sim-`.',
  example: 'sim-k3v7qzjx2m5e6r4t3b2n7c5d4f',
});

export const time = z.iso.datetime().meta({ description: 'UTC.', example: '2025-12-06T18:30:00.000Z' });

export const day = z.iso.date();

export const count = z.int().min(0);

/** Credits of the Runway API; one is $0.01. Some models cost fractions of one. */
export const credits = z.number().min(0);
