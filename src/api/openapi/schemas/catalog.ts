import { z } from 'zod';
import { CATEGORIES, VERDICTS } from '../../../domain/failure';
import { CATALOG, type CatalogEntry } from '../../../runway/failures/error-catalog';
import { schemaOf } from '../schema-of';

const CODES = CATALOG.map(({ code }) => code);

export const failureCode = z
  .string()
  .refine((code) => (CODES as readonly string[]).includes(code))
  .meta({
    id: 'FailureCode',
    description: CATALOG.map(({ code, title }) => `- \`${code}\`: ${title}`).join('\n'),
    override: { enum: CODES },
  });

const entry = schemaOf<CatalogEntry>()(
  z.strictObject({
    code: failureCode,
    title: z.string(),
    category: z.enum(CATEGORIES).describe('Who or what has to change for the reel to be made.'),
    verdict: z.enum(VERDICTS),
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
  }),
).meta({ id: 'CatalogEntry' });

export const catalogEntries = z
  .strictObject({ entries: z.array(entry).min(1) })
  .meta({ id: 'CatalogEntries' });
