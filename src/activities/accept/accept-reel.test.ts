import { HOUR_MS } from '../../contract/duration';
import { activityDeps, BACKEND, runActivity } from '../../../test/support/activity-deps';
import { type GenerateReelInput, STORY } from '../../domain/generate-reel';
import { makeHead } from '../../domain/reel';
import { estimateCredits } from '../../runway/models/prices';
import { parseReelRequest } from '../../runway/models/request-rules';
import { acceptReel } from './accept-reel';

const promptText = 'A calm sea at dawn, with gulls over the harbour. '.repeat(4).trim();

let deps: Awaited<ReturnType<typeof activityDeps>>;
beforeEach(async () => void (deps = await activityDeps()));
afterEach(() => deps.remove());
const accept = (request: Record<string, unknown>, given: Partial<GenerateReelInput> = {}) =>
  runActivity(
    acceptReel(deps),
    { ...given, request: { promptText, ...request } },
    undefined,
    given.id === undefined ? undefined : facts(given.id),
  );

const ID = `sim-${'d'.repeat(26)}`;
const OTHER = `sim-${'b'.repeat(26)}`;

/** As HTTP does before it starts the run. */
async function keepOrder({
  client,
  remakeOf,
  ...asked
}: {
  client: string;
  remakeOf?: string;
  maxCredits?: number;
}) {
  const parsed = parseReelRequest({ promptText, ...asked });
  if (!parsed.ok) throw new Error('the request is wrong');
  return deps.storage.keepOrder(
    makeHead({
      id: ID,
      client,
      bodyHash: 'a'.repeat(64),
      createdAt: new Date().toISOString(),
      backend: BACKEND,
      request: parsed.request,
      estimatedCredits: estimateCredits(parsed.request),
      ...(remakeOf !== undefined && { remakeOf }),
    }),
  );
}

/** @param id of the reel whose run calls it. */
const facts = (id: string, attempt = 1) => ({
  attempt,
  workflowExecution: { workflowId: `reel-${id}`, runId: 'a run' },
});

describe('an accepted reel', () => {
  it('knows all settings that it may go through, and the price of each', async () => {
    const { plan, head } = await accept({ audio: 'music', fallbacks: ['no_audio', 'wait'] });
    expect(plan.map(({ changes, estimatedCredits }) => [changes, estimatedCredits])).toEqual([
      [[], 120],
      [['no audio'], 80],
      [['no audio', 'after a wait of 3 h'], 80],
    ]);
    expect(plan[0]?.request).toEqual(head.request);
    expect(plan[2]?.waitMs).toBe(3 * HOUR_MS);
  });

  it.each([
    ['a workflow of 0.1.0, which names none', undefined, 1],
    ['the workflow of this version', STORY, STORY],
    ['a workflow of a later version', STORY + 1, STORY],
  ])('goes on by a story that %s knows too', async (_whose, story, agreed) => {
    const input = { request: { promptText } };
    const accepted = await runActivity((args: typeof input) => acceptReel(deps)(args, story), input);
    expect(accepted.story).toBe(agreed);
  });

  it('has the words for every end of its own', async () => {
    const { ends } = await accept({});
    for (const [code, failure] of Object.entries(ends)) {
      expect(failure).toMatchObject({ code, verdict: 'give-up' });
      expect(failure.message).not.toBe('');
    }
  });

  it('does about a lost answer what its request says, else what the settings say', async () => {
    expect((await accept({})).policy.onLostAnswer).toBe('ask');
    await deps.remove();
    deps = await activityDeps();
    expect((await accept({ onLostAnswer: 'submit_again' })).policy.onLostAnswer).toBe('submit_again');
  });

  it('keeps nothing in its policy that the plan has taken in', async () => {
    const { policy } = await accept({});
    expect(policy).not.toHaveProperty('fallbackWaitMs');
    expect(policy).not.toHaveProperty('reelDeadlineMs');
  });

  it('is what was ordered, whatever the input says beside it', async () => {
    const order = await keepOrder({ client: 'site', remakeOf: OTHER, maxCredits: 90 });
    const forged = { client: 'rich', bodyHash: 'f'.repeat(64), remakeOf: 'sim-' + 'c'.repeat(26) };
    const { head } = await accept({ maxCredits: 90 }, { id: ID, ...forged });
    expect(head).toEqual(order);
    expect(await deps.storage.readRemakes(OTHER)).toEqual([ID]);
    expect((await deps.storage.readRecord(ID))?.head).toEqual(order);
  });

  it('of other settings than the ordered ones is refused', async () => {
    await keepOrder({ client: 'site', maxCredits: 90 });
    await expect(accept({ maxCredits: 900 }, { id: ID })).rejects.toMatchObject({ type: 'Reel.ReelExists' });
  });

  it('under another name than that of its order is refused', async () => {
    await keepOrder({ client: 'site' });
    const input = { id: ID, request: { promptText } };
    const call = runActivity(acceptReel(deps), input, undefined, facts('a stranger'));
    await expect(call).rejects.toMatchObject({ type: 'Reel.ReelExists' });
  });

  it('that nobody ordered is of the client local, is no remake, and has the key of no other client', async () => {
    const claims = {
      client: 'site',
      bodyHash: 'f'.repeat(64),
      remakeOf: OTHER,
      createdAt: '2020-01-01T00:00:00.000Z',
    };
    const input = { id: ID, ...claims, request: { promptText } };
    // Its order may be noted a moment later.
    for (const attempt of [1, 2]) {
      const early = runActivity(acceptReel(deps), input, undefined, facts(ID, attempt));
      await expect(early).rejects.toMatchObject({ type: 'Reel.StorageUnavailable', nonRetryable: false });
    }
    const { head } = await runActivity(acceptReel(deps), input, undefined, facts(ID, 3));
    expect(head).toMatchObject({ client: 'local', bodyHash: '' });
    expect(head).not.toHaveProperty('remakeOf');
    expect(Date.parse(head.createdAt)).toBeGreaterThan(Date.now() - HOUR_MS);
    expect(await deps.storage.readRemakes(OTHER)).toEqual([]);
  });

  it('that 0.1.0 started and died over is of the client whose credits were set aside for it', async () => {
    const reservation = { reelId: ID, generation: 1, client: 'site', model: 'veo3.1_fast', credits: 80 };
    await deps.storage.ledger.reserve({ ...reservation, at: new Date().toISOString() }, {});
    const input = { id: ID, client: 'site', bodyHash: 'f'.repeat(64), request: { promptText } };
    const { head } = await runActivity(acceptReel(deps), input, undefined, facts(ID, 3));
    expect(head).toMatchObject({ client: 'site', bodyHash: 'f'.repeat(64) });
    expect((await deps.storage.readRecord(ID))?.head).toEqual(head);
  });

  it('is not of a client for whom nothing was set aside, whatever its input says', async () => {
    const reservation = { reelId: ID, generation: 1, client: 'site', model: 'veo3.1_fast', credits: 80 };
    await deps.storage.ledger.reserve({ ...reservation, at: new Date().toISOString() }, {});
    const input = { id: ID, client: 'rich', bodyHash: 'f'.repeat(64), request: { promptText } };
    const { head } = await runActivity(acceptReel(deps), input, undefined, facts(ID, 3));
    expect(head).toMatchObject({ client: 'local', bodyHash: '' });
  });

  it('of a service without keys keeps the key that it was ordered with, also without its order', async () => {
    const { head } = await accept({}, { id: ID, client: 'local', bodyHash: 'f'.repeat(64) });
    expect(head.bodyHash).toBe('f'.repeat(64));
  });

  it('that nobody ordered has a receiver only as the client local may have one', async () => {
    const webhooks = { secrets: [{ client: 'site', secret: 'whsec_' }], allowLoopback: false };
    const input = { id: ID, client: 'site', request: { promptText, webhookUrl: 'https://reels.example/' } };
    const call = runActivity(acceptReel({ ...deps, webhooks }), input, undefined, facts(ID, 3));
    await expect(call).rejects.toMatchObject({
      type: 'Reel.InvalidRequest',
      message: expect.stringContaining('WEBHOOK_SECRET has no secret') as string,
    });
  });

  it('of the simulator cannot have the ID of a real one', async () => {
    const args = { id: 'a'.repeat(26), request: { promptText } };
    await expect(runActivity(acceptReel(deps), args)).rejects.toMatchObject({
      type: 'Reel.InvalidRequest',
      message: expect.stringContaining('id must begin with sim-') as string,
    });
  });

  it('is refused with every wrong field in a sentence of its own', async () => {
    await expect(accept({ duration: 7, seed: -1 })).rejects.toMatchObject({
      message: expect.stringMatching(/not valid: seed must be .*\. duration must be .*\./) as string,
    });
  });

  it('is refused with a fallback plan that cannot be, before anything is spent', async () => {
    await expect(accept({ audio: 'none', fallbacks: ['no_audio'] })).rejects.toMatchObject({
      type: 'Reel.InvalidRequest',
      message: expect.stringContaining('fallbacks') as string,
    });
  });

  it('is refused with a wait that would outlast its deadline, and not once it was accepted', async () => {
    const asked = { fallbacks: ['wait'], deadline: '3h' };
    await expect(accept(asked)).rejects.toMatchObject({
      type: 'Reel.InvalidRequest',
      message: expect.stringContaining('fallbacks has "wait", which waits 3 h') as string,
    });
    const { policy } = deps;
    deps = { ...deps, policy: { ...policy, fallbackWaitMs: HOUR_MS } };
    await accept(asked);
    // A Reset after the settings were changed: generations may be paid for by now.
    deps = { ...deps, policy };
    expect((await accept(asked)).plan).toHaveLength(2);
  });

  it('is refused with a receiver that nobody signs for, and with one that is not public', async () => {
    const webhookUrl = 'https://10.0.0.1/';
    const refusal = (message: string) => ({
      type: 'Reel.InvalidRequest',
      message: expect.stringContaining(message) as string,
    });
    await expect(accept({ webhookUrl })).rejects.toMatchObject(refusal('WEBHOOK_SECRET has no secret'));
    const webhooks = { secrets: [{ client: 'local', secret: 'whsec_' }], allowLoopback: false };
    const args = { request: { promptText, webhookUrl } };
    await expect(runActivity(acceptReel({ ...deps, webhooks }), args)).rejects.toMatchObject(
      refusal('must lead to a public address'),
    );
  });
});
