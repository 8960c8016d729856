import { activityDeps, runActivity } from '../../test/support/activity-deps';
import { STORY } from '../domain/generate-reel';
import { acceptReel } from './accept-reel';

const HOUR_MS = 3_600_000;
const promptText = 'A calm sea at dawn, with gulls over the harbour. '.repeat(4).trim();

let deps: Awaited<ReturnType<typeof activityDeps>>;
beforeEach(async () => void (deps = await activityDeps()));
afterEach(() => deps.remove());
const accept = (request: Record<string, unknown>, remakeOf?: string) =>
  runActivity(acceptReel(deps), { request: { promptText, ...request }, remakeOf });

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
    expect((await accept({ onLostAnswer: 'submit_again' })).policy.onLostAnswer).toBe('submit_again');
  });

  it('keeps nothing in its policy that the plan has taken in', async () => {
    const { policy } = await accept({});
    expect(policy).not.toHaveProperty('fallbackWaitMs');
    expect(policy).not.toHaveProperty('reelDeadlineMs');
  });

  it('knows the reel that it was made again from', async () => {
    expect((await accept({}, 'a'.repeat(26))).head.remakeOf).toBe('a'.repeat(26));
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

  it('is refused with a ladder that cannot be, before anything is spent', async () => {
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
