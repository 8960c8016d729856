/** The text of an entry of the ledger of spending: one JSON object. */
import { z } from 'zod';

const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'must be a time');
const credits = z.number().nonnegative();
const generation = z.object({ reelId: z.string(), generation: z.number().int().positive(), at: time });

const line = z.discriminatedUnion('kind', [
  generation.extend({
    kind: z.literal('reserved'),
    client: z.string(),
    model: z.string(),
    credits,
    machine: z.object({ id: z.string(), atMs: z.number() }).optional(),
  }),
  generation.extend({ kind: z.literal('settled'), charged: credits, uncertain: credits }),
]);

export type LedgerLine = z.infer<typeof line>;

/** @throws ZodError for credits that are no amount: they would pass every comparison with a limit. */
export function checkedLine<Line extends LedgerLine>(value: Line): Line {
  line.parse(value);
  return value;
}

export function formatLedgerLine(value: LedgerLine): string {
  return `${JSON.stringify(value)}\n`;
}

/** Undefined for a text that says nothing. */
export function parseLedgerLine(text: string): LedgerLine | undefined {
  try {
    return line.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
