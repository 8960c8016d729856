import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { GENERATE_REEL, type GenerateReelInput } from '../domain/generate-reel';
import { workflowIdOf } from '../domain/ids';
import { makeHead, summarize } from '../domain/reel-head';
import { MEMO_HEAD, MEMO_STATE, queuedState, type ReelHead } from '../domain/reel-state';
import type { ReelRequest } from '../domain/request';
import { startAttributes } from '../domain/start-attributes';
import { estimateCredits } from '../runway/prices';
import { parseReelRequest, splitDataUri } from '../runway/request-rules';
import type { ApiDeps } from './deps';
import { createGate } from './gate';
import { bodyHash, reelId } from './idempotency';
import { Problem } from './problem';
import type { ReelFinder } from './reel-finder';
import { newReelView, type ReelView } from './reel-view';
import { callTemporal, TemporalUnreachable } from './temporal-call';

/** Starts under way at once: more of them make the server slower, not faster. */
const STARTS_AT_ONCE = 32;

const NOTHING_STARTED = 'Temporal does not answer. Nothing was started: send the request again in a moment.';

export interface StartedReel {
  /** False: the idempotency key had named this reel before. */
  readonly isNew: boolean;
  readonly view: ReelView;
}

export type StartReel = (args: { client: string; key?: string; body: unknown }) => Promise<StartedReel>;

/** Checks a request and starts its reel: once for each idempotency key. */
export function createStartReel(deps: ApiDeps, finder: ReelFinder): StartReel {
  const { client: temporal, storage, backend, taskQueues, settings, now = () => new Date() } = deps;
  const gate = createGate(STARTS_AT_ONCE);

  /** @returns the run's ID; undefined when the workflow ID is taken. */
  async function start(head: ReelHead): Promise<string | undefined> {
    const { id, client, bodyHash, createdAt, request } = head;
    const input: GenerateReelInput = { id, client, bodyHash, createdAt, backend, request };
    let sent = false;
    const send = () => {
      sent = true;
      return temporal.workflow.start(GENERATE_REEL, {
        workflowId: workflowIdOf(id),
        taskQueue: taskQueues.reels,
        args: [input],
        workflowIdConflictPolicy: 'FAIL',
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        memo: { [MEMO_HEAD]: head, [MEMO_STATE]: queuedState(head) },
        typedSearchAttributes: startAttributes(head),
        staticSummary: summarize(head),
      });
    };
    try {
      return (await callTemporal(temporal, NOTHING_STARTED, () => gate(send))).firstExecutionRunId;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
      if (error instanceof TemporalUnreachable && sent) throw mayHaveStarted(id, error);
      throw error;
    }
  }

  return async ({ client, key, body }) => {
    const parsed = parseReelRequest(body);
    if (!parsed.ok) {
      const detail = parsed.issues.map((issue) => issue.message).join(' ');
      throw new Problem(400, 'invalid_request', 'The request is not valid', detail, {
        issues: parsed.issues,
      });
    }
    const id = reelId({ client, key, backend });
    const hash = bodyHash(body);
    // Looked up also without a key: only what Temporal is seen to answer is sent to it, so that an outage
    // can be told from a lost answer. Storage is part of it, as Temporal forgets a deleted run's ID.
    const earlier = await finder.find(id, NOTHING_STARTED);
    if (earlier) return repeated(earlier, hash);

    await callTemporal(temporal, NOTHING_STARTED, deps.prepareTemporal);
    const request = await withStoredImage(parsed.request, storage);
    const head = makeHead({
      id,
      client,
      bodyHash: hash,
      createdAt: now().toISOString(),
      backend,
      request,
      estimatedCredits: estimateCredits(request),
      defaultMaxCredits: settings.defaultMaxCredits,
    });
    const runId = await start(head);
    if (runId !== undefined) {
      return { isNew: true, view: newReelView(head, { workflowId: workflowIdOf(id), runId }) };
    }
    const winner = await finder.find(id);
    if (!winner) throw mayHaveStarted(id);
    return repeated(winner, hash);
  };
}

function repeated(view: ReelView, hash: string): StartedReel {
  if (view.bodyHash === hash) return { isNew: false, view };
  throw new Problem(
    422,
    'idempotency_key_reused',
    'The Idempotency-Key belongs to another request',
    'This key was sent before with another body. Repeat that body exactly, or use a new key.',
  );
}

function mayHaveStarted(id: string, cause?: unknown): TemporalUnreachable {
  return new TemporalUnreachable(
    `Temporal did not answer in time, so reel ${id} may have been started. Look at it with GET /v1/reels/${id}. ` +
      'To send the request again is safe only with the same Idempotency-Key: without one it would be a second reel.',
    cause,
    { reelId: id },
  );
}

/** Bytes never travel through Temporal: an image that came inside the request stays in storage. */
async function withStoredImage(request: ReelRequest, storage: ApiDeps['storage']): Promise<ReelRequest> {
  const image = request.promptImage === undefined ? undefined : splitDataUri(request.promptImage);
  if (!image) return request;
  return { ...request, promptImage: await storage.saveImage(image.bytes, image.contentType) };
}
