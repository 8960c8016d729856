import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { GENERATE_REEL, reelStart } from '../../../domain/generate-reel';
import { makeHead, type ReelHead, workflowIdOf } from '../../../domain/reel';
import type { ReelRequest } from '../../../contract/schemas/request';
import { estimateCredits } from '../../../runway/models/prices';
import { splitDataUri } from '../../../runway/models/prompt-image';
import { StorageError } from '../../../platform/files/disk-fault';
import { placeOrder } from '../../usage/daily-budget';
import { checkOrder } from './check-order';
import { refuseDeleted } from '../view/deleted-reel';
import type { ApiDeps } from '../../deps';
import { createGate } from '../../http/gate';
import { reelId } from './idempotency';
import { overloaded } from '../../access/limits';
import { Problem } from '../../http/problem';
import type { ReelFinder } from '../view/reel-finder';
import { newReelView, type ReelView } from '../view/reel-view';
import { ReelsInFlight } from './reels-in-flight';
import { callTemporal, TemporalUnreachable } from '../../temporal/temporal-call';

/** Starts under way at once: more of them make the server slower, not faster. */
const STARTS_AT_ONCE = 32;
/** After a longer wait too little is left of the time in which every request is answered. */
const LINE = { length: 256, patienceMs: 3_000, refusal: overloaded };

const NOTHING_STARTED = 'Temporal does not answer. Nothing was started: send the request again in a moment.';

export interface StartedReel {
  /** False: the idempotency key had named this reel before. */
  readonly isNew: boolean;
  readonly view: ReelView;
}

export interface Order {
  readonly client: string;
  readonly key?: string;
  /** What the key stands for: SHA-256 of the canonical JSON that was sent. */
  readonly bodyHash: string;
  /** Checked; an image may still be inside. */
  readonly request: ReelRequest;
  readonly remakeOf?: string;
}

export type StartReel = (order: Order) => Promise<StartedReel>;

/** Starts a reel: once for each idempotency key, and within the daily budget. */
export function createStartReel(deps: ApiDeps, finder: ReelFinder): StartReel {
  const { client: temporal, storage, backend, taskQueues, settings, now = () => new Date() } = deps;
  const gate = createGate(STARTS_AT_ONCE, LINE);
  const inFlight = new ReelsInFlight(deps);

  /** @returns the run's ID; undefined when the workflow ID is taken. */
  async function startRun(head: ReelHead): Promise<string | undefined> {
    const send = () =>
      temporal.workflow.start(GENERATE_REEL, { ...reelStart(head), taskQueue: taskQueues.reels });
    try {
      return (await callTemporal(temporal, NOTHING_STARTED, send)).firstExecutionRunId;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
      if (error instanceof TemporalUnreachable) throw new MayHaveStarted(head.id, error);
      throw error;
    }
  }

  /** For a reel that surely does not exist: nobody else knows its random ID. */
  async function release({ id, request: { promptImage } }: ReelHead): Promise<void> {
    await storage.dropOrder(id);
    if (promptImage?.startsWith('stored:')) await storage.releaseImage(promptImage, id);
    await storage.ledger.settle(id, 1, { charged: 0, uncertain: 0, at: now().toISOString() });
  }

  async function accept({ client, key, bodyHash, request: asked, remakeOf }: Order): Promise<StartedReel> {
    const id = reelId({ client, key, backend });
    const earlier = await finder.find(id, NOTHING_STARTED);
    if (earlier) return repeated(earlier, bodyHash);
    await refuseDeleted(storage, id, client, 'Use a new Idempotency-Key to make it again.');
    // Its run may have been started by a process that died over it, or be started at this moment.
    requireSameOrder(await storage.readOrder(id), bodyHash);

    await callTemporal(temporal, NOTHING_STARTED, deps.prepareTemporal);
    await requireImage(asked, storage);
    const { request, image } = withReference(asked, storage);
    const ordered = makeHead({
      id,
      client,
      bodyHash,
      createdAt: now().toISOString(),
      backend,
      request,
      estimatedCredits: estimateCredits(asked),
      ...(remakeOf !== undefined && { remakeOf }),
      defaultMaxCredits: settings.defaultMaxCredits,
    });
    checkOrder(settings, ordered);
    await inFlight.admit(client);
    // Before the run: owner and ceiling of the reel are what a worker finds here, not what the run's input says.
    const head = await placeOrder(deps, ordered, now());
    requireSameOrder(head, bodyHash);
    const start = async () => {
      if (image) await storage.saveImage(image.bytes, image.contentType, id);
      return startRun(head);
    };
    const runId = await start().catch(async (error: unknown) => {
      // With a key the request comes again, perhaps at this moment, and uses what is set aside for it.
      if (key === undefined && !(error instanceof MayHaveStarted)) await release(head);
      throw error;
    });
    if (runId !== undefined) {
      return { isNew: true, view: newReelView(head, { workflowId: workflowIdOf(id), runId }) };
    }
    const winner = await finder.find(id);
    if (!winner) throw new MayHaveStarted(id);
    return repeated(winner, bodyHash);
  }

  const underWay = new Map<string, Promise<StartedReel>>();

  return async (order) => {
    const { client, key, bodyHash } = order;
    if (key === undefined) return gate(() => accept(order));
    // The same request at the same time, such as a double click, waits for the answer to the first one.
    const same = JSON.stringify([client, key, bodyHash]);
    const first = underWay.get(same);
    if (first) return { ...(await first), isNew: false };
    const started = gate(() => accept(order)).finally(() => underWay.delete(same));
    underWay.set(same, started);
    return started;
  };
}

function repeated(view: ReelView, hash: string): StartedReel {
  if (view.bodyHash === hash) return { isNew: false, view };
  throw keyReused();
}

/** @throws Problem 422 when the key was sent before with another body, whether its run was started or not. */
function requireSameOrder(order: ReelHead | undefined, hash: string): void {
  if (order && order.bodyHash !== hash) throw keyReused();
}

function keyReused(): Problem {
  return new Problem(
    'idempotency_key_reused',
    'This key was sent before with another body. Repeat that body exactly, or use a new key.',
  );
}

class MayHaveStarted extends TemporalUnreachable {
  constructor(id: string, cause?: unknown) {
    super(
      `Temporal did not answer in time, so reel ${id} may have been started. Look at it with GET /v1/reels/${id}. ` +
        'To send the request again is safe only with the same Idempotency-Key: without one it would be a second reel.',
      cause,
      { reelId: id },
    );
  }
}

/** @throws Problem 409 when an image that was stored for an earlier reel is gone. */
async function requireImage({ promptImage }: ReelRequest, storage: ApiDeps['storage']): Promise<void> {
  if (promptImage?.startsWith('stored:')) await storage.readImage(promptImage).catch(imageMissing);
}

/** Bytes never travel through Temporal: of an image inside the request the order holds a reference. */
function withReference(
  request: ReelRequest,
  storage: ApiDeps['storage'],
): { readonly request: ReelRequest; readonly image?: NonNullable<ReturnType<typeof splitDataUri>> } {
  const { promptImage } = request;
  const image = promptImage === undefined ? undefined : splitDataUri(promptImage);
  if (!image) return { request };
  return {
    request: { ...request, promptImage: storage.imageReference(image.bytes, image.contentType) },
    image,
  };
}

function imageMissing(error: unknown): never {
  if (!(error instanceof StorageError && error.code === 'not_found')) throw error;
  throw new Problem(
    'image_missing',
    'The image of this reel is not in DATA_DIR any more: send it again in a new request.',
    { cause: error },
  );
}
