import { DAY_MS } from '../../contract/duration';
import type { ReconcileArgs } from '../../domain/activity-args';
import type { Counters, Evidence } from '../../contract/schemas/findings';
import { countersOf } from '../../runway/calls/organization';
import type { ClaimEntry } from '../../database/claims';
import type { LedgerEntry } from '../../database/credits';
import { claimsOf } from '../submit/claim-walk';
import type { ActivityDeps } from '../deps';
import { storageCall } from '../storage-call';

/** No submit of ours is under way for longer than its credits stand in the ledger's window. */
/** The counters were read at most this long before the claim was made. */
const READ_BEFORE_MS = 10_000;

/**
 * Runway's counters before and after a submit whose answer was lost, and what else of ours moved them. They count for
 * the whole organisation and with a delay that nobody has measured: they can be evidence for a task, never against one.
 */
export async function gatherEvidence(
  { runway, storage }: Pick<ActivityDeps, 'runway' | 'storage'>,
  args: ReconcileArgs,
  sent: ClaimEntry | undefined,
): Promise<Evidence> {
  const after = countersOf(await runway.readOrganization(), args.model);
  const since = Date.parse(sent?.claimedAt ?? new Date().toISOString()) - READ_BEFORE_MS;
  const others = await storageCall(async () => {
    const entries = await storage.ledger.list(new Date(since - DAY_MS));
    return entries.filter((entry) => !isOwn(entry, args) && !settledBefore(entry, since));
  });
  const otherSubmits = await storageCall(() => countSubmits(storage.claims, args, others, since));
  const otherCredits = others.reduce((sum, { reserved }) => sum + reserved, 0);
  const before = sent?.before;
  return {
    gatheredAt: new Date().toISOString(),
    ...(before && { before }),
    ...(after && { after }),
    otherSubmits,
    says: movedByMore(before, after, otherSubmits, otherCredits) ? 'exists' : 'unclear',
  };
}

function isOwn({ reelId, generation }: LedgerEntry, own: ReconcileArgs): boolean {
  return reelId === own.reelId && generation === own.generation;
}

function settledBefore({ settled }: LedgerEntry, time: number): boolean {
  return settled !== undefined && Date.parse(settled.at) < time;
}

/** Submits of the same model that may have reached Runway since then, by their claims. */
async function countSubmits(
  claims: ActivityDeps['storage']['claims'],
  { model }: ReconcileArgs,
  entries: readonly LedgerEntry[],
  since: number,
): Promise<number> {
  let submits = 0;
  for (const entry of entries) {
    if (entry.model !== model) continue;
    const sent = (await claimsOf(claims, entry)).filter(
      ({ state }) =>
        state.kind === 'claimed' &&
        state.answer?.kind !== 'refused' &&
        Date.parse(state.entry.sendBefore) >= since,
    );
    submits += sent.length;
  }
  return submits;
}

/** A refund or old generations that leave the 24 hours can hide a task, but nothing can invent one. */
function movedByMore(
  before: Counters | undefined,
  after: Counters | undefined,
  otherSubmits: number,
  otherCredits: number,
): boolean {
  const more = difference(after?.dailyGenerations, before?.dailyGenerations);
  const spent = difference(before?.creditBalance, after?.creditBalance);
  return more > otherSubmits || spent > otherCredits;
}

function difference(a: number | undefined, b: number | undefined): number {
  return a === undefined || b === undefined ? 0 : a - b;
}
