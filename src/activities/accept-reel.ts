import { activityInfo } from '@temporalio/activity';
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { base32 } from '../domain/base32';
import { parseDuration } from '../domain/duration';
import { STORY, type AcceptedReel, type EndCode, type GenerateReelInput } from '../domain/generate-reel';
import { reelIdOf } from '../domain/ids';
import { makeHead, summarize } from '../domain/reel-head';
import { queuedState, type ReelHead } from '../domain/reel-state';
import type { FailureEnvelope } from '../domain/failure';
import { waitProblem } from '../domain/wait-problem';
import { entryOf } from '../runway/error-catalog';
import { failureEnvelope } from '../runway/failure-envelope';
import { estimateCredits } from '../runway/prices';
import { planLadder } from '../runway/ladder';
import { parseReelRequest, type RequestIssue } from '../runway/request-rules';
import { webhookProblem } from '../webhooks/receiver';
import type { ActivityDeps } from './deps';
import { failure } from './fail';
import { requireOwnBackend } from './own-backend';
import { readReelInput } from './read-reel-input';
import { storageCall } from './storage-call';

/**
 * Accepts a reel for this run: validates what was asked for (a run may come from the UI or another workflow),
 * binds it to a backend, decides policy and prices once, and writes the first `reel.json`.
 *
 * The second argument is the version of the story that the workflow knows: while workers of two versions work side by
 * side, the run is given one that both the workflow and this worker know.
 *
 * @throws ApplicationFailure `Reel.InvalidRequest` or `Reel.ReelExists`, before anything is spent.
 */
export function acceptReel(deps: ActivityDeps) {
  return async (input: GenerateReelInput, story = FIRST_STORY): Promise<AcceptedReel> => {
    const head = headOf(deps, input);
    requireOwnBackend(deps.backend, head.backend);
    const workflowId = activityInfo().workflowExecution?.workflowId ?? '';

    const deleted = await storageCall(() => deps.storage.readTombstone(head.id));
    if (deleted) {
      throw failure('reel_exists', { words: `the reel ${head.id} was deleted at ${deleted.deletedAt}` });
    }
    const existing = await storageCall(() => deps.storage.readRecord(head.id));
    if (existing && existing.workflowId !== workflowId) {
      throw failure('reel_exists', { words: `the run ${existing.workflowId} makes the reel ${head.id}` });
    }
    if (existing && !isDeepStrictEqual(existing.head.request, head.request)) {
      throw failure('reel_exists', { words: `the reel ${head.id} was accepted with other settings` });
    }
    const accepted = existing?.head ?? head;
    if (!existing) {
      requireTime(deps, head);
      requireReceiver(deps, head);
      const { promptImage } = head.request;
      if (promptImage?.startsWith('stored:')) {
        await storageCall(() => deps.storage.useImage(promptImage, head.id));
      }
      const record = { schemaVersion: 1, workflowId, head, state: queuedState(head) } as const;
      await storageCall(() => deps.storage.writeRecord(record));
    }
    // HTTP links them too; a process that dies in between must not leave the old reel without its successor.
    const { remakeOf } = accepted;
    if (remakeOf !== undefined) await storageCall(() => deps.storage.linkRemake(remakeOf, accepted.id));
    const { reelDeadlineMs, fallbackWaitMs, defaultMaxCredits: _, ...policy } = deps.policy;
    const { request } = accepted;
    const ladder = planLadder(request, fallbackWaitMs);
    if (!ladder.ok) throw invalidRequest(ladder.issues);
    const deadlineMs = parseDuration(request.deadline ?? '') ?? reelDeadlineMs;
    return {
      story: Math.min(story, STORY),
      head: accepted,
      policy: {
        ...policy,
        onLostAnswer: request.onLostAnswer ?? policy.onLostAnswer,
        deadlineAt: new Date(Date.now() + deadlineMs).toISOString(),
      },
      summary: summarize(accepted),
      ends: ENDS,
      plan: ladder.plan,
    };
  };
}

/** What a workflow of release 0.1.0 gives, which does not say so. */
const FIRST_STORY = 1;

const ENDS: Readonly<Record<EndCode, FailureEnvelope>> = {
  budget_exhausted: failureEnvelope(entryOf('budget_exhausted')),
  deadline_exceeded: failureEnvelope(entryOf('deadline_exceeded')),
  submit_outcome_unknown: failureEnvelope(entryOf('submit_outcome_unknown')),
  price_mismatch: failureEnvelope(entryOf('price_mismatch')),
  stalled: failureEnvelope(entryOf('stalled')),
  never_started: failureEnvelope(entryOf('never_started')),
  output_unavailable: failureEnvelope(entryOf('output_unavailable')),
};

function invalidRequest(issues: readonly RequestIssue[]): Error {
  // Each is a sentence that begins with its field.
  return failure('invalid_request', { words: issues.map(({ message }) => message).join(' ') });
}

/** HTTP asks the same. A reel that was accepted before keeps its plan, whatever the settings say by now. */
function requireTime({ policy }: ActivityDeps, { request }: ReelHead): void {
  const message = waitProblem(request, policy);
  if (message) throw invalidRequest([{ field: 'fallbacks', message }]);
}

/** HTTP asks the same; where a name leads is asked at each delivery. */
function requireReceiver({ webhooks }: ActivityDeps, { client, request: { webhookUrl } }: ReelHead): void {
  const message = webhookUrl !== undefined && webhookProblem(webhookUrl, client, webhooks);
  if (message) throw invalidRequest([{ field: 'webhookUrl', message }]);
}

function headOf({ backend: own, policy }: ActivityDeps, input: GenerateReelInput): ReelHead {
  const { backend = own, request: asked, ...given } = readReelInput(input);
  const id = given.id ?? idFromWorkflow(backend.kind);
  if (isSimulated(id) !== (backend.kind === 'simulator')) {
    const words = 'id must begin with sim- for a reel of the simulator, and for no other';
    throw failure('invalid_request', { words });
  }
  const parsed = parseReelRequest(asked, { storedImages: true });
  if (!parsed.ok) throw invalidRequest(parsed.issues);
  return makeHead({
    id,
    client: given.client ?? 'local',
    bodyHash: given.bodyHash ?? '',
    createdAt: given.createdAt ?? new Date().toISOString(),
    backend,
    request: parsed.request,
    estimatedCredits: estimateCredits(parsed.request),
    defaultMaxCredits: policy.defaultMaxCredits,
    ...(given.remakeOf === undefined ? {} : { remakeOf: given.remakeOf }),
  });
}

/** The same for every run of a workflow ID, so that a Reset or a second start meets the same claims. */
function idFromWorkflow(kind: string): string {
  const workflowId = activityInfo().workflowExecution?.workflowId ?? '';
  const own = reelIdOf(workflowId);
  if (own && isSimulated(own) === (kind === 'simulator')) return own;
  const hash = base32(createHash('sha256').update(`workflow\0${workflowId}`).digest()).slice(0, 26);
  return kind === 'simulator' ? `sim-${hash}` : hash;
}

function isSimulated(id: string): boolean {
  return id.startsWith('sim-');
}
