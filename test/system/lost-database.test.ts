/** `npm start` whose Temporal has lost its database, at several steps of a reel at once: everything is killed before. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reel } from '../../src/contract/schemas/reel';
import { queuedState } from '../../src/domain/reel';
import type { LedgerView } from '../../src/simulator/ledger/ledger-view';
import { openStorage } from '../../src/storage/storage';
import { ApiClient } from '../../tools/stack/api-client';
import { eventually } from '../../tools/stack/eventually';
import { NpmStart } from '../../tools/stack/npm-start';
import { temporalCli } from '../../tools/stack/temporal';
import { type Receiver, startReceiver } from '../support/receiver';

const SECRET = 'whsec_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=';

let folder: string;
let receiver: Receiver;
let service: NpmStart;
let api: ApiClient;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lost-database-'));
  receiver = await startReceiver(SECRET);
  await temporalCli();
});
afterAll(async () => {
  await service?.kill();
  await receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

/** In an empty folder, so that no `.env` is read. */
async function npmStart(): Promise<void> {
  service = NpmStart.ofSources(folder, {
    SIMULATOR_PORT: '0',
    METRICS_PORT: '',
    LOST_ANSWER_QUIET: '1s',
    WEBHOOK_SECRET: SECRET,
    WEBHOOK_ALLOW_LOOPBACK: '1',
  });
  api = await service.ready();
}

const database = (): string => join(folder, 'data/temporal.db');

async function forgetEnd(id: string): Promise<void> {
  const storage = await openStorage({ root: join(folder, 'data/simulated') });
  try {
    const record = await storage.readRecord(id);
    if (!record) throw new Error(`no record of ${id}`);
    await storage.writeRecord({ ...record, state: queuedState(record.head) });
  } finally {
    await storage.close();
  }
}

test('reels outlive the loss of the database: each ends, with one task and one file, and its webhook comes', async () => {
  receiver.answers({ status: 503 });
  await npmStart();
  const has = (status: Reel['status']) => (reel: Reel) => reel.status === status;

  const [told, stored, asking] = [
    await api.order('A lantern', { webhookUrl: receiver.url }),
    await api.order('A river'),
    await api.order('A storm #lost-504-with-task', { onLostAnswer: 'ask' }),
  ];
  await api.until(told.id, 'the first is made', has('succeeded'));
  await api.until(stored.id, 'the second is made', has('succeeded'));
  await api.until(asking.id, 'the third asks', has('needs_decision'));
  await eventually('its webhook was tried', () => receiver.received.length > 0);
  const running = await api.order('A train');
  await api.until(
    running.id,
    'its task runs',
    ({ generations }) => generations[0]?.runwayTaskId !== undefined,
  );
  const file = (await api.reel(stored.id)).video?.sha256;
  // No worker comes to this one.
  const worker = service.running.find(({ name }) => name === 'worker');
  process.kill(worker?.pid ?? Number.NaN, 'SIGSTOP');
  const accepted = await api.order('A bridge');

  await service.kill();
  // Its file is stored, and its run did not come to write that down.
  await forgetEnd(stored.id);
  writeFileSync(database(), 'no database any more');
  receiver.answers({ status: 204 });

  await npmStart();
  expect(service.output).toContain("Temporal's database cannot be read: ");
  expect(service.output).toContain('4 unfinished reels go on, 1 webhook is sent again.');
  expect(readdirSync(join(folder, 'data')).join()).toContain('temporal.db.damaged-');
  await api.until(running.id, 'the running one is made', has('succeeded'));
  await api.until(accepted.id, 'the accepted one is made', has('succeeded'));
  await api.until(stored.id, 'the stored one is made', has('succeeded'));
  expect((await api.reel(stored.id)).video?.sha256).toBe(file);
  await api.until(asking.id, 'the third asks again', has('needs_decision'));
  await eventually('the webhook came', () => receiver.received.length > 1);
  expect(new Set(receiver.received.map(({ id }) => id))).toEqual(new Set([`msg_${told.id}_succeeded`]));

  await service.kill();
  for (const part of ['', '-wal', '-shm']) rmSync(database() + part, { force: true });
  await npmStart();
  expect(service.output).toContain('1 unfinished reel goes on');
  await api.until(asking.id, 'the third asks once more', has('needs_decision'));
  expect((await api.post(`/v1/reels/${asking.id}/resolve`, { action: 'abandon' })).ok).toBe(true);
  await api.until(asking.id, 'the third ends', has('failed'));

  const reels = await Promise.all([told, stored, asking, running, accepted].map(({ id }) => api.reel(id)));
  const books = await new ApiClient(service.place('Simulator')).get<LedgerView>('/_simulator/ledger');
  expect(books.posts).toHaveLength(reels.length);
  const sum = (of: 'charged' | 'uncertain') => reels.reduce((total, { credits }) => total + credits[of], 0);
  expect(sum('charged') + sum('uncertain')).toBe(books.credits.charged);

  await service.kill();
  await npmStart();
  expect(service.output).not.toContain('Temporal is new');
});
