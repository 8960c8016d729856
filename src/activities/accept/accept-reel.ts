import { activityInfo } from '@temporalio/activity';
import { isDeepStrictEqual } from 'node:util';
import { LOCAL_CLIENT } from '../../domain/admins';
import { parseDuration } from '../../contract/duration';
import { STORY, type AcceptedReel, type EndCode, type GenerateReelInput } from '../../domain/generate-reel';
import { makeHead, queuedState, type ReelHead, summarize, workflowIdOf } from '../../domain/reel';
import type { FailureEnvelope } from '../../domain/failure';
import type { ReelRequest } from '../../contract/schemas/request';
import { waitProblem } from '../../runway/models/wait-problem';
import { entryOf } from '../../runway/failures/error-catalog';
import { failure, failureEnvelope } from '../failure';
import { estimateCredits } from '../../runway/models/prices';
import { planFallbacks } from '../../runway/models/fallback-plan';
import type { RequestIssue } from '../../runway/models/model-fit';
import { parseReelRequest } from '../../runway/models/request-rules';
import { webhookProblem } from '../../webhooks/receiver';
import type { ActivityDeps } from '../deps';
import { requireOwnBackend } from '../guards/own-backend';
import { idFromWorkflow } from '../guards/own-workflow';
import { readReelInput } from './read-reel-input';
import { storageCall } from '../storage-call';

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
    const workflowId = activityInfo().workflowExecution?.workflowId ?? '';
    const asked = headOf(deps, workflowId, input);
    requireOwnBackend(deps.backend, asked.backend);

    const { id } = asked;
    const deleted = await storageCall(() => deps.storage.readTombstone(id));
    if (deleted) {
      throw failure('reel_exists', { words: `the reel ${id} was deleted at ${deleted.deletedAt}` });
    }
    const existing = await storageCall(() => deps.storage.readRecord(id));
    if (existing && existing.workflowId !== workflowId) {
      throw failure('reel_exists', { words: `the run ${existing.workflowId} makes the reel ${id}` });
    }
    const order = existing ? undefined : await storageCall(() => deps.storage.readOrder(id));
    if (!existing && !order) waitForOrder(id, input);
    if (order && workflowId !== workflowIdOf(id)) {
      throw failure('reel_exists', { words: `the run ${workflowIdOf(id)} makes the reel ${id}` });
    }
    // Owner and ceiling come from what was noted at the order or at acceptance; the input only repeats them.
    const known = existing?.head ?? order;
    if (known && !isSame(known.request, asked.request, input.request)) {
      throw failure('reel_exists', { words: `the reel ${id} was accepted with other settings` });
    }
    const accepted = known ?? { ...asked, ...(await ownerByCredits(deps, id, input)) };
    requireOwnBackend(deps.backend, accepted.backend);
    if (!existing) {
      requireTime(deps, accepted);
      requireReceiver(deps, accepted);
      const { promptImage } = accepted.request;
      if (promptImage?.startsWith('stored:')) {
        await storageCall(() => deps.storage.useImage(promptImage, id));
      }
      const record = { schemaVersion: 1, workflowId, head: accepted, state: queuedState(accepted) } as const;
      await storageCall(() => deps.storage.writeRecord(record));
    }
    // HTTP links them too; a process that dies in between must not leave the old reel without its successor.
    const { remakeOf } = accepted;
    if (remakeOf !== undefined) await storageCall(() => deps.storage.linkRemake(remakeOf, accepted.id));
    const { reelDeadlineMs, fallbackWaitMs, defaultMaxCredits: _, ...policy } = deps.policy;
    const { request } = accepted;
    const planned = planFallbacks(request, fallbackWaitMs);
    if (!planned.ok) throw invalidRequest(planned.issues);
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
      plan: planned.plan,
    };
  };
}

/** Of a workflow of release 0.1.0, which gives no version. */
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

/** An API of release 0.1.0, beside this worker, notes an order a moment after it has started the run. */
const ORDER_ATTEMPTS = 3;

/** @throws ApplicationFailure, retryable: the input names a client whose order may yet be noted. */
function waitForOrder(id: string, { client = LOCAL_CLIENT }: GenerateReelInput): void {
  if (client === LOCAL_CLIENT || activityInfo().attempt >= ORDER_ATTEMPTS) return;
  throw failure('storage_unavailable', { words: `nobody has noted who ordered the reel ${id}` });
}

/**
 * Release 0.1.0 set credits aside, then started the run, then noted the order. Where it died before the last, the
 * credits in the ledger say whose reel it is: its caller sends the request again, and must find it.
 */
async function ownerByCredits(
  { storage }: ActivityDeps,
  id: string,
  { client, bodyHash = '' }: GenerateReelInput,
): Promise<Pick<ReelHead, 'client' | 'bodyHash'> | undefined> {
  if (client === undefined || client === LOCAL_CLIENT) return undefined;
  const reserved = await storageCall(() => storage.ledger.find(id, 1));
  return reserved?.client === client ? { client, bodyHash } : undefined;
}

/** @param raw the request of the input: an order that was checked by earlier rules is still the same order. */
function isSame(ordered: ReelRequest, asked: ReelRequest, raw: unknown): boolean {
  return isDeepStrictEqual(ordered, asked) || isDeepStrictEqual(ordered, raw);
}

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

/** The head that the input asks for. Only the form of its client and time is checked: they prove nothing. */
function headOf(
  { backend: own, policy }: ActivityDeps,
  workflowId: string,
  input: GenerateReelInput,
): ReelHead {
  const { backend = own, request: asked, ...given } = readReelInput(input);
  const id = given.id ?? idFromWorkflow(workflowId, backend.kind);
  if (isSimulated(id) !== (backend.kind === 'simulator')) {
    const words = 'id must begin with sim- for a reel of the simulator, and for no other';
    throw failure('invalid_request', { words });
  }
  const parsed = parseReelRequest(asked, { storedImages: true });
  if (!parsed.ok) throw invalidRequest(parsed.issues);
  return makeHead({
    id,
    client: LOCAL_CLIENT,
    // The hash stands for an idempotency key: none of another client's.
    bodyHash: given.client === LOCAL_CLIENT ? (given.bodyHash ?? '') : '',
    createdAt: new Date().toISOString(),
    backend,
    request: parsed.request,
    estimatedCredits: estimateCredits(parsed.request),
    defaultMaxCredits: policy.defaultMaxCredits,
  });
}

function isSimulated(id: string): boolean {
  return id.startsWith('sim-');
}
