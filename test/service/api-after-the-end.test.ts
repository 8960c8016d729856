/** What the API tells of reels that have ended, made by real workers against the simulator. */
import { problemOf, reelOf } from '../support/api';
import { Service } from '../support/service';

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => service.stop());

const get = async (path: string) => (await (await service.api.fetch(path)).json()) as Record<string, unknown>;

test("usage agrees with the vendor's books, and with the reels", async () => {
  const [made, failed] = await Promise.all([
    service.make('internal-once'),
    service.make('safety-input', { model: 'gen4.5' }),
  ]);
  await Promise.all([service.closed(made.id), service.closed(failed.id)]);
  const { charged } = service.simulator.ledger().credits;
  const usage = await get('/v1/usage?days=1');
  expect(usage).toMatchObject({
    total: { charged, uncertain: 0, open: 0 },
    days: [{ date: new Date().toISOString().slice(0, 10), charged, refunded: 80 }],
  });
  const sums = (usage['reels'] as { id: string; charged: number }[]).map(({ id, charged: own }) => [id, own]);
  expect(new Map(sums as [string, number][])).toEqual(
    new Map([made, failed].map(({ id, credits }) => [id, credits.charged])),
  );
});

test('a failed reel is made again from its own settings, and the new one knows where it comes from', async () => {
  const old = await service.make('safety-input', { title: 'Once more', seed: 7 });
  const remade = await reelOf(service.api.post(`/v1/reels/${old.id}/remake`));
  expect(await service.ended(remade.id)).toMatchObject({ remakeOf: old.id, request: old.request });
  await service.closed(remade.id);
  expect((await service.storage.readRecord(remade.id))?.head.remakeOf).toBe(old.id);
  expect((await service.reel(old.id)).remadeAs).toEqual([remade.id]);
});

test('the support packet of a reel that INTERNAL failed has every Operation ID and what was found', async () => {
  const reel = await service.make('internal-always');
  const ids = reel.generations.map(({ runwayTaskId }) => runwayTaskId);
  expect(ids).toHaveLength(4);
  const packet = await get(`/v1/reels/${reel.id}/support`);
  expect(packet).toMatchObject({
    simulated: true,
    operationIds: ids,
    account: { creditBalance: expect.any(Number) },
    service: { status: 'operational' },
  });
  const text = String(packet['text']);
  for (const fact of [...ids, 'INTERNAL', '"code":13', 'Status page, "Public API": operational']) {
    expect(text).toContain(fact);
  }
  const requestIds = packet['requestIds'] as string[];
  expect(requestIds).toHaveLength(4);
  expect(reel.generations.map(({ requestId }) => requestId)).toEqual(requestIds);
  expect(text).toContain(`Request IDs: ${requestIds.join(', ')}`);
  expect(reel.failure).toMatchObject({ account: packet['account'], service: packet['service'] });
});

test('a decision about a reel that runs is refused before anything is sent to it', async () => {
  const { id } = await service.order('slow');
  const answer = await service.api.post(`/v1/reels/${id}/resolve`, { action: 'regenerate' });
  expect(answer.status).toBe(409);
  expect((await problemOf(answer)).code).toBe('not_undecided');
  await service.api.post(`/v1/reels/${id}/cancel`);
  await service.ended(id);
});
