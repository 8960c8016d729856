/** Model Routers as they are saved, and a line of their log. */
import { z } from 'zod';
import { MODELS } from './models';

const settingsSchema = z.strictObject({
  schemaVersion: z.literal(1).optional(),
  models: z
    .strictObject({
      mode: z.enum(['allow_new_except', 'allowlist_only']),
      ids: z.array(z.string().refine((id) => Object.hasOwn(MODELS, id), 'Unknown model')),
    })
    .optional(),
  maxCreditsPerGeneration: z
    .strictObject({
      video: z.number().positive().optional(),
      image: z.number().positive().optional(),
      audio: z.number().positive().optional(),
    })
    .optional(),
  optimizeFor: z.enum(['cost', 'latency', 'quality']).optional(),
  fallback: z.strictObject({ onCapacity: z.boolean().optional() }).optional(),
});
export const routerSchema = z.strictObject({
  slug: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'Must be lower-case letters, digits and hyphens'),
  name: z.string().min(1).optional(),
  description: z.string().optional(),
  settings: settingsSchema.optional(),
});

export interface Router {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly description: string | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly settings: z.output<typeof settingsSchema>;
}

/** A line of a router's log. */
export interface RoutedRequest {
  readonly id: string;
  readonly requestId: string;
  readonly status: 'routed' | 'no_eligible_model';
  readonly model: string | null;
  readonly taskId: string | null;
  readonly estimatedCredits: number | null;
}
