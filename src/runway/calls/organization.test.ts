import { accountFinding, countersOf, organizationRead } from './organization';
import { organizationUsage } from './organization';

const answer = (body: unknown, status = 200) => ({
  connected: true,
  status,
  bodyText: typeof body === 'string' ? body : JSON.stringify(body),
});
const BODY = {
  creditBalance: 1234,
  tier: {
    maxMonthlyCreditSpend: 50_000,
    models: {
      'veo3.1_fast': { maxConcurrentGenerations: 3, maxDailyGenerations: 500 },
      gen4_turbo: { maxConcurrentGenerations: null, maxDailyGenerations: null },
    },
  },
  usage: { models: { 'veo3.1_fast': { dailyGenerations: 12 } } },
};

describe('a read of the account', () => {
  it('tells the balance and what one model may do', () => {
    const read = organizationRead(answer(BODY));
    expect(accountFinding(read, 'veo3.1_fast')).toEqual({
      creditBalance: 1234,
      dailyGenerations: 12,
      maxDailyGenerations: 500,
      maxConcurrentGenerations: 3,
    });
    expect(accountFinding(read, 'gen4_turbo')).toEqual({ creditBalance: 1234 });
    expect(countersOf(read, 'veo3.1_fast')).toEqual({ creditBalance: 1234, dailyGenerations: 12 });
    expect(countersOf(read, 'constructor')).toEqual({ creditBalance: 1234 });
  });

  it('tells a refusal from a fault', () => {
    const refused = organizationRead(answer({ error: 'Invalid API key.' }, 401));
    expect(refused).toEqual({ kind: 'refused', httpStatus: 401, words: 'Invalid API key.' });
    expect(accountFinding(refused, 'veo3.1')).toEqual({ refused: 401 });
    expect(countersOf(refused, 'veo3.1')).toBeUndefined();
  });

  it.each([
    ['a page', answer('<html>', 200)],
    ['a server error', answer({ error: 'no' }, 500)],
    ['no answer', { connected: false, bodyText: '', fault: { code: 'ENOTFOUND', message: 'not found' } }],
  ])('knows nothing after %s', (_, exchange) => {
    const read = organizationRead(exchange);
    expect(read.kind).toBe('fault');
    expect(accountFinding(read, 'veo3.1')).toBeUndefined();
    expect(countersOf(read, 'veo3.1')).toBeUndefined();
  });

  it('takes in nothing that is not what it should be', () => {
    const read = organizationRead(answer({ creditBalance: '12', tier: [], usage: { models: 'none' } }));
    expect(read).toEqual({ kind: 'organization', organization: { models: {} } });
    expect(organizationRead(answer('{"tier":{"models":{"__proto__":null}}}'))).toMatchObject({
      kind: 'organization',
    });
  });
});

describe('a read of the usage', () => {
  it('tells credits by day and model', () => {
    const results = [
      { date: '2026-11-22', usedCredits: [{ model: 'veo3.1', amount: 160 }] },
      { date: '2026-11-23', usedCredits: [] },
      { date: 'yesterday', usedCredits: [] },
      null,
    ];
    expect(organizationUsage(answer({ results, models: [] }))).toEqual({
      days: [
        { date: '2026-11-22', models: { 'veo3.1': 160 } },
        { date: '2026-11-23', models: {} },
      ],
    });
  });

  it('is missing when Runway does not tell', () => {
    expect(organizationUsage(answer({ error: 'no' }, 500))).toBeUndefined();
    expect(organizationUsage(answer('<html>'))).toBeUndefined();
  });
});
