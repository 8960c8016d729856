import { z } from 'zod';

/** What can be changed about the pretended Runway account, in the process or with POST /_simulator/account. */
export const accountSchema = z.strictObject({
  /** Credits that are left now. */
  creditBalance: z.number(),
  /** Anything but `ok` refuses every call: 401, 401, 402, 403. */
  access: z.enum(['ok', 'key_refused', 'suspended', 'payment_required', 'forbidden']),
  /** Per model. Tasks above it are THROTTLED until one ends; null: no limit. */
  maxConcurrent: z.int().min(1).nullable(),
  /** Per model in a rolling day; null: no limit. */
  maxDaily: z.int().min(0).nullable(),
  /** Balance and daily counts in GET /v1/organization are this old. */
  counterDelaySeconds: z.number().min(0),
  /** A create shows in the router's log this much later. */
  routerLogDelaySeconds: z.number().min(0),
  /** Nobody knows yet what Runway charges for a task deleted before its end. */
  chargesDeleted: z.enum(['always', 'running', 'never']),
  /** Text of an incident that the status page shows on the public API. */
  incident: z.string().nullable(),
});

export type Account = z.output<typeof accountSchema>;

export const DEFAULT_ACCOUNT: Account = {
  creditBalance: 1_000_000,
  access: 'ok',
  maxConcurrent: null,
  maxDaily: null,
  counterDelaySeconds: 0,
  routerLogDelaySeconds: 0,
  chargesDeleted: 'running',
  incident: null,
};
