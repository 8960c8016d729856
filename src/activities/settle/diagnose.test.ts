import { activityDeps, BACKEND, runActivity } from '../../../test/support/activity-deps';
import type { OrganizationRead } from '../../runway/calls/organization';
import type { StatusPageRead } from '../../runway/calls/status-page';
import { diagnose } from './diagnose';

const ACCOUNT: OrganizationRead = {
  kind: 'organization',
  organization: {
    creditBalance: 80,
    models: { 'veo3.1_fast': { dailyGenerations: 3, maxDailyGenerations: 50 } },
  },
};
const FINE: StatusPageRead = { kind: 'service', service: { status: 'operational' } };
const FAULT = { kind: 'fault', words: 'no answer' } as const;

async function look(account: OrganizationRead, page: StatusPageRead, nextCredits = 80) {
  const deps = await activityDeps({
    readOrganization: () => Promise.resolve(account),
    readStatusPage: () => Promise.resolve(page),
  });
  const args = { backend: BACKEND, model: 'veo3.1_fast', nextCredits };
  return runActivity(diagnose(deps), args).finally(deps.remove);
}

describe('a diagnosis', () => {
  it('shows the account and the service, and stops nothing that is affordable', async () => {
    expect(await look(ACCOUNT, FINE)).toEqual({
      diagnosis: {
        at: expect.stringMatching(/Z$/) as string,
        account: { creditBalance: 80, dailyGenerations: 3, maxDailyGenerations: 50 },
        service: { status: 'operational' },
      },
      incident: false,
    });
  });

  it('stops the reel when the balance does not cover the next generation, with both figures', async () => {
    const { failure } = await look(ACCOUNT, FINE, 120);
    expect(failure).toMatchObject({ code: 'insufficient_credits', verdict: 'give-up', chargedCredits: 0 });
    expect(failure?.message).toContain('$0.80 (80 credits)');
    expect(failure?.message).toContain('$1.20 (120 credits)');
    expect(failure?.message).toContain('dev.runwayml.com');
  });

  it('finds an incident on the public API', async () => {
    const incident = { name: 'Elevated errors' };
    const found = await look(ACCOUNT, { kind: 'service', service: { status: 'operational', incident } });
    expect(found).toMatchObject({ incident: true, diagnosis: { service: { incident } } });
    expect(await look(ACCOUNT, { kind: 'service', service: { status: 'major_outage' } })).toMatchObject({
      incident: true,
    });
  });

  it('says that the account may not be looked at', async () => {
    const refused = await look({ kind: 'refused', httpStatus: 401, words: 'Invalid API key.' }, FINE);
    expect(refused).toMatchObject({ diagnosis: { account: { refused: 401 } }, incident: false });
    expect(refused).not.toHaveProperty('failure');
  });

  it('that cannot be had stops nothing', async () => {
    expect(await look(FAULT, FAULT, 1_000_000)).toEqual({
      diagnosis: { at: expect.any(String) as string },
      incident: false,
    });
  });

  it('is never made of another account', async () => {
    const deps = await activityDeps();
    const backend = { kind: 'runway', baseUrl: 'https://api.dev.runwayml.com' } as const;
    const work = runActivity(diagnose(deps), {
      backend,
      model: 'veo3.1',
      nextCredits: 1,
    });
    await expect(work.finally(deps.remove)).rejects.toMatchObject({
      type: 'Runway.WrongBackend',
      nonRetryable: false,
    });
  });
});
