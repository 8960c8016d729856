/** Why a reel has no video, and the catalog of all reasons. */
import { z } from 'zod';
import { accountFinding, serviceFinding } from './findings';
import type { Shape } from './values';

/** The document lists them: they are those of `src/runway/failures/error-catalog.ts`. */
export const failureCode = z.string().meta({ id: 'FailureCode' });

const category = z.enum(['service', 'account', 'model', 'input', 'safety', 'network', 'unknown']);
export type FailureCategory = Shape<typeof category>;

/** What to do about a failure. The catalog says it, an activity records it, the workflow obeys it. */
const verdict = z.enum(['retry-call', 'regenerate', 'change-settings', 'wait', 'give-up']);
export type Verdict = Shape<typeof verdict>;

export const catalogEntry = z
  .strictObject({
    code: failureCode,
    title: z.string(),
    category: category.describe('Who or what has to change for the reel to be made.'),
    verdict,
    charge: z
      .enum(['nothing', 'refunded', 'kept', 'read'])
      .describe('What becomes of the credits; `read`: only what Runway says afterwards tells.'),
    cause: z.string(),
    handling: z.string().describe('What the service does.'),
    advice: z.array(z.string()).describe('What you can do, the first thing first.'),
    httpStatus: z.array(z.int()).optional().describe("Runway's HTTP statuses that mean it."),
    httpText: z
      .strictObject({ status: z.int(), words: z.array(z.string()) })
      .optional()
      .describe("A status that means it only with one of these words in Runway's text."),
    faults: z.array(z.string()).optional().describe('Faults of the connection that mean it.'),
    failureCodes: z
      .array(z.string())
      .optional()
      .describe("Beginnings of Runway's `failureCode` that mean it."),
  })
  .meta({ id: 'CatalogEntry' });
export type CatalogEntry = Shape<typeof catalogEntry>;

export const catalogEntries = z
  .strictObject({ entries: z.array(catalogEntry).min(1) })
  .meta({ id: 'CatalogEntries' });
export type CatalogEntries = Shape<typeof catalogEntries>;

export const failure = z
  .strictObject({
    code: failureCode,
    title: z.string(),
    message: z.string().describe('What happened, what was charged, and the cure.'),
    advice: z.array(z.string()).describe('What you can do, the first thing first.'),
    category: category.optional(),
    operationId: z.string().optional().describe("What Runway's support asks for."),
    runwayFailureCode: z.string().optional(),
    httpStatus: z.int().optional().describe("Runway's, not the one of this answer."),
    requestId: z.string().optional(),
    account: accountFinding.optional(),
    service: serviceFinding.optional(),
  })
  .meta({ id: 'Failure', description: 'Why there is no video.' });
export type ReelFailure = Shape<typeof failure>;
