/** The text of a claim file of 0.1.0: one JSON object a line, first the claim, then its outcome. */
import { z } from 'zod';
import type { ClaimAnswer, ClaimEntry, ClaimState } from '../../database/claims';
import { parseJson } from './parse-json';

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
const anyLine = z.discriminatedUnion('kind', [
  claimedLine,
  z.object({ kind: z.literal('void') }),
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
]);

/**
 * How long after its last change a claim whose own line cannot be read may still have a live sender, in ms: far
 * more than a submit takes.
 */
const UNREADABLE_CLAIM_PATIENCE_MS = 10 * 60_000;

/**
 * What a claim file says. Lines that are torn or unreadable count as not written, except that the file's existence
 * is a claim: an empty file is a bare claim, never void.
 */
export function parseClaim(text: string, changedAtMs: number): ClaimState {
  const lines = text.split('\n').flatMap((line) => anyLine.safeParse(parseJson(line)).data ?? []);
  const answers = lines.filter(
    (line): line is ClaimAnswer => line.kind !== 'claimed' && line.kind !== 'void',
  );
  // A task ID is a fact, whatever else was written. Else the latest word counts.
  const answer = answers.find((line) => line.kind === 'created') ?? answers.at(-1);
  if (answer?.kind !== 'created' && lines.some((line) => line.kind === 'void')) return { kind: 'void' };

  const claimed = lines.find((line) => line.kind === 'claimed');
  const entry = claimed ? entryOf(claimed) : unreadableEntry(changedAtMs);
  return { kind: 'claimed', entry, ...(answer && { answer }) };
}

/** Whether the claim itself can be read. */
export function isReadable(state: ClaimState): boolean {
  return state.kind === 'void' || state.entry.sender !== UNREADABLE_SENDER;
}

function entryOf({ kind: _, ...entry }: z.infer<typeof claimedLine>): ClaimEntry {
  return entry;
}

const UNREADABLE_SENDER = 'unknown (the claim cannot be read)';

function unreadableEntry(changedAtMs: number): ClaimEntry {
  const claimedAt = new Date(changedAtMs).toISOString();
  const latest = new Date(changedAtMs + UNREADABLE_CLAIM_PATIENCE_MS).toISOString();
  return { claimedAt, sendBefore: latest, answerBefore: latest, sender: UNREADABLE_SENDER };
}
