/** The worker dies over a webhook: it is sent again under the same ID. And what the secret leaves behind: nothing. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { temporal } from '@temporalio/proto';
import { webhooksWorkflowIdOf } from '../../src/domain/webhook';
import { eventually } from '../../tools/stack/eventually';
import type { Child } from '../../tools/stack/child';
import { type Receiver, startReceiver } from '../support/receiver';
import { Service, WEBHOOK_SECRET } from '../support/service';
import { startProcess } from '../support/processes';

const { TIMEOUT_TYPE_HEARTBEAT } = temporal.api.enums.v1.TimeoutType;
const OLD_SECRET = `whsec_${Buffer.from('canary of the rotated secret').toString('base64')}`;

let folder: string;
let service: Service;
let worker: Child;
let hook: Receiver;

const startWorker = () =>
  startProcess({
    ...service.processSettings,
    POLL_INTERVAL: '100ms',
    PUBLIC_URL: 'https://reels.example.org',
    WEBHOOK_SECRET: `${OLD_SECRET},${WEBHOOK_SECRET}`,
    WEBHOOK_ALLOW_LOOPBACK: '1',
    LOG_LEVEL: 'debug',
  });

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'reels-webhooks-'));
  service = await Service.start({ worker: 'process', database: path.join(folder, 'temporal.db') });
  worker = await startWorker();
  hook = await startReceiver(WEBHOOK_SECRET);
});
afterAll(async () => {
  await worker.end();
  await service.stop();
  await hook.close();
  await rm(folder, { recursive: true, force: true });
});

test('kill -9 between the POST and its record: another worker sends the same event under the same ID', async () => {
  hook.answers({ hangs: true }, { status: 200 });
  const { id } = await service.order('', { webhookUrl: hook.url });
  await eventually('the first POST', async () => hook.received[0]);
  await worker.end('SIGKILL');
  const log = worker.output;
  worker = await startWorker();
  const second = await eventually('the second POST', async () => hook.received[1]);
  expect([second.id, second.body]).toEqual([hook.received[0]?.id, hook.received[0]?.body]);
  expect(second.body.data.links).toEqual({ self: `https://reels.example.org/v1/reels/${id}` });
  // The death was seen by the heartbeat, not by the end of the time that a POST may take.
  const delivery = service.env.client.workflow.getHandle(webhooksWorkflowIdOf(id));
  await delivery.result();
  const starts = ((await delivery.fetchHistory()).events ?? [])
    .map(({ activityTaskStartedEventAttributes: started }) => started)
    .filter((started) => started?.lastFailure);
  expect(starts).toMatchObject([
    { attempt: 2, lastFailure: { timeoutFailureInfo: { timeoutType: TIMEOUT_TYPE_HEARTBEAT } } },
  ]);
  await eventually('its log line', async () =>
    worker.output.includes('webhook reel.succeeded: HTTP 200') ? true : undefined,
  );

  const texts = [log, worker.output, service.api.log()];
  for (const file of await readdir(folder)) {
    // The journal of Temporal's database comes and goes.
    texts.push(await readFile(path.join(folder, file), 'latin1').catch(() => ''));
  }
  const told = texts.join('\n');
  // What was told is there, so that what is missing means something.
  expect(told).toContain(second.id);
  for (const secret of [OLD_SECRET, WEBHOOK_SECRET]) {
    const key = secret.slice('whsec_'.length);
    expect([told.includes(key), told.includes(Buffer.from(key, 'base64').toString())]).toEqual([
      false,
      false,
    ]);
  }
});
