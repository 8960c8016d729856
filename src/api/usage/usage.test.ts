import { createHash } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { type Api, startApi } from '../../../test/support/api';
import type { ApiSettings } from '../deps';

const noTemporal = { options: { namespace: 'default' } } as unknown as Client;
const NOW = new Date('2026-11-23T12:00:00.000Z');
const HOUR = 3_600_000;

const idOf = (letter: string) => letter.repeat(26);

let api: Api | undefined;
afterEach(() => api?.close());

/** Of 24 hours: 80 set aside and 70 spent by alice, 36 set aside by bob. Of before: 500. */
async function spending(settings: Partial<ApiSettings>): Promise<Api> {
  api = await startApi(noTemporal, {
    settings: { apiKeys: [], corsOrigins: [], ...settings },
    now: () => NOW,
  });
  const { ledger } = api.storage;
  const reserve = (letter: string, client: string, credits: number, hoursAgo: number) => {
    const at = new Date(NOW.getTime() - hoursAgo * HOUR).toISOString();
    const entry = { reelId: idOf(letter), generation: 1, client, model: 'veo3.1_fast', credits, at };
    return ledger.reserve(entry, {});
  };
  await reserve('o', 'alice', 500, 24);
  await reserve('a', 'alice', 80, 23);
  await reserve('b', 'alice', 80, 2);
  await ledger.settle(idOf('b'), 1, { charged: 40, uncertain: 30, at: NOW.toISOString() });
  await reserve('c', 'bob', 36, 1);
  return api;
}

const budgetOf = async (from: Api, key?: string) => {
  const headers = key === undefined ? undefined : { authorization: `Bearer ${key}` };
  const answer = await from.fetch('/v1/usage?days=1', { headers });
  return ((await answer.json()) as { budget: unknown }).budget;
};

const key = (client: string) => ({
  client,
  sha256: createHash('sha256').update(`secret-of-${client}`).digest('hex'),
});

test('admins see what all reels cost in 24 hours against the limit; others what their own cost', async () => {
  const service = await spending({
    apiKeys: ['alice', 'bob', 'root'].map(key),
    admins: ['root'],
    dailyMaxCredits: 2_000,
    keyDailyMaxCredits: { alice: 400 },
  });
  expect(await budgetOf(service, 'secret-of-alice')).toEqual({ own: { committed: 150, limit: 400 } });
  expect(await budgetOf(service, 'secret-of-bob')).toEqual({ own: { committed: 36 } });
  expect(await budgetOf(service, 'secret-of-root')).toEqual({
    all: { committed: 186, limit: 2_000 },
    own: { committed: 0 },
  });
});

test('without keys everybody sees all reels, and without a limit what they cost', async () => {
  const service = await spending({});
  expect(await budgetOf(service)).toEqual({ all: { committed: 186 }, own: { committed: 0 } });
});
