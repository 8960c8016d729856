/** The text of a claim file: one JSON object a line, first the claim, then its outcome. */
import { z } from 'zod';
import type { ClaimAnswer, ClaimEntry, ClaimState } from './claims';

const time = z.string();
const claimedLine = z.object({
  kind: z.literal('claimed'),
  claimedAt: time,
  sendBefore: time,
  answerBefore: time,
  sender: z.string(),
  // Evidence only: an unreadable one must not make the claim unreadable.
  before: z
    .object({ creditBalance: z.number().optional(), dailyGenerations: z.number().optional() })
    .optional()
    .catch(undefined),
});
const voidLine = z.object({ kind: z.literal('void') });
const answerLines = [
  z.object({
    kind: z.literal('created'),
    at: time,
    runwayTaskId: z.string().min(1),
    estimatedCredits: z.number().optional(),
    // For people only: an unreadable one must not cost the task ID.
    requestId: z.string().optional().catch(undefined),
  }),
  z.object({ kind: z.literal('refused'), at: time, failure: z.unknown().default(null) }),
  z.object({ kind: z.literal('unknown'), at: time, failure: z.unknown().default(null) }),
] as const;
const anyLine = z.discriminatedUnion('kind', [claimedLine, voidLine, ...answerLines]);

type ClaimLine = ({ readonly kind: 'claimed' } & ClaimEntry) | { readonly kind: 'void' } | ClaimAnswer;

export function formatClaimLine(line: ClaimLine): string {
  return `${JSON.stringify(line)}\n`;
}

/**
 * How long after its last change a claim whose own line cannot be read may still have a live sender, in ms: far
 * more than a submit takes. (Claims appear whole; it takes a damaged disk to make one unreadable.)
 */
const UNREADABLE_CLAIM_PATIENCE_MS = 10 * 60_000;

/**
 * What a claim file says. Lines that are torn or unreadable count as not written, except that the file's existence
 * is a claim: an empty file is a bare claim, never void.
 */
export function parseClaim(text: string, changedAtMs: number): ClaimState {
  const lines = text.split('\n').flatMap((line) => parseLine(line) ?? []);
  const answers = lines.filter((line) => line.kind !== 'claimed' && line.kind !== 'void');
  // A task ID is a fact, whatever else was written. Else the latest word counts.
  const answer = answers.find((line) => line.kind === 'created') ?? answers.at(-1);
  if (answer?.kind !== 'created' && lines.some((line) => line.kind === 'void')) return { kind: 'void' };

  const claimed = lines.find((line) => line.kind === 'claimed');
  return { kind: 'claimed', entry: claimed ? entryOf(claimed) : unreadableEntry(changedAtMs), answer };
}

function parseLine(line: string): z.infer<typeof anyLine> | undefined {
  try {
    return anyLine.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function entryOf({ kind: _, ...entry }: z.infer<typeof claimedLine>): ClaimEntry {
  return entry;
}

function unreadableEntry(changedAtMs: number): ClaimEntry {
  const claimedAt = new Date(changedAtMs).toISOString();
  const latest = new Date(changedAtMs + UNREADABLE_CLAIM_PATIENCE_MS).toISOString();
  return {
    claimedAt,
    sendBefore: latest,
    answerBefore: latest,
    sender: 'unknown (the claim cannot be read)',
  };
}
