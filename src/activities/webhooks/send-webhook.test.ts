import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { makeHead, queuedState } from '../../domain/reel';
import { reelFailure } from '../../domain/failure';
import type { AdminRules } from '../../domain/admins';
import type { WebhookBody } from '../../contract/schemas/webhook';
import type { SendWebhookArgs, WebhookEvent } from '../../domain/webhook';
import { entryOf } from '../../runway/failures/error-catalog';
import { failureEnvelope } from '../failure';
import { openStorage } from '../../storage/storage';
import type { Storage } from '../../storage/storage';
import { sendWebhook } from './send-webhook';
import { SlotShares } from '../slot-shares';

const secret = `whsec_${Buffer.from('canary of the webhook tests').toString('base64')}`;
const webhooks = { secrets: ['site', 'app'].map((client) => ({ client, secret })), allowLoopback: true };
const REEL = `sim-${'a'.repeat(26)}`;
const event = { id: `msg_${REEL}_failed` } as WebhookEvent;

let root: string;
let storage: Storage;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'send-webhook-'));
  storage = await openStorage({ root });
});
afterEach(async () => {
  await storage.close();
  await rm(root, { recursive: true, force: true });
});

/** A failed reel, as storage has it: whose it is and who is told. */
async function keep(client: string, webhookUrl: string, balance?: number): Promise<void> {
  const request = {
    promptText: 'x',
    model: 'veo3.1_fast',
    ratio: '720:1280',
    duration: 8,
    audio: 'none',
  } as const;
  const head = makeHead({
    id: REEL,
    client,
    bodyHash: '',
    createdAt: AT,
    backend: { kind: 'simulator', baseUrl: 'http://127.0.0.1:1' },
    request: { ...request, webhookUrl },
    estimatedCredits: 80,
  });
  const words = `the balance is ${balance} credits`;
  const failure = reelFailure(failureEnvelope(entryOf('insufficient_credits'), { words }));
  const state = { ...queuedState(head), status: 'failed', finishedAt: AT, failure } as const;
  await storage.writeRecord({ schemaVersion: 1, workflowId: `reel-${REEL}`, head, state });
}
const AT = '2026-11-23T06:00:00.000Z';

/** Receivers that take a POST and answer when the test says so. */
const held: (() => void)[] = [];
const servers: Server[] = [];

async function receiver(answersAtOnce = false): Promise<string> {
  const server = createServer((_req, res) => {
    if (answersAtOnce) res.writeHead(204).end();
    else held.push(() => void res.writeHead(204).end());
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

afterEach(async () => {
  for (const answer of held.splice(0)) answer();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

type Send = ReturnType<typeof sendWebhook>;

async function run(
  send: Send,
  client: string,
  url: string,
  info: ConstructorParameters<typeof MockActivityEnvironment>[0] = {},
): ReturnType<Send> {
  await keep(client, url);
  const environment = new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
  return environment.run(send, { receiver: { reelId: REEL, client, url }, event });
}

test('a client whose share is used up is told to come back, sooner at first; another one is served meanwhile', async () => {
  const send = sendWebhook({ webhooks, storage }, new SlotShares(2));
  const silent = await receiver();
  const waits = run(send, 'site', silent);
  while (held.length === 0) await new Promise(setImmediate);

  for (const [attempt, least, most] of [
    [1, 2_000, 3_000],
    [3, 8_000, 12_000],
    [40, 120_000, 180_000],
  ] as const) {
    const refused = await run(send, 'site', await receiver(true), { attempt }).catch(
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({
      type: 'Webhook.ShareUsedUp',
      message: expect.stringContaining('1 webhooks of site are under way') as string,
      nonRetryable: false,
      category: 'BENIGN',
    });
    const { nextRetryDelay } = refused as { nextRetryDelay: number };
    expect(nextRetryDelay).toBeGreaterThanOrEqual(least);
    expect(nextRetryDelay).toBeLessThanOrEqual(most);
  }
  // Its own slots first: with two of them one client leaves one to the next, which is then the last.
  expect(await run(send, 'app', await receiver(true))).toMatchObject({ outcome: 'delivered' });

  held.splice(0).forEach((answer) => answer());
  expect(await waits).toMatchObject({ outcome: 'delivered' });
  expect(await run(send, 'site', await receiver(true))).toMatchObject({ outcome: 'delivered' });
});

test('after three sends that no worker came to the end of, the try has failed; waits for a share do not count', async () => {
  const send = sendWebhook({ webhooks, storage });
  const url = await receiver(true);
  const begun = (sends: number) => ({ attempt: 90, heartbeatDetails: { sends } as unknown });
  expect(await run(send, 'site', url, begun(2))).toMatchObject({ outcome: 'delivered' });
  expect(await run(send, 'site', url, begun(3))).toEqual({
    outcome: 'failed',
    words: 'no worker came to its end with it',
  });
});

describe('what is signed is what storage confirms', () => {
  const told: { body: WebhookBody }[] = [];
  beforeEach(() => void told.splice(0));

  /** A receiver that keeps what it was told. */
  async function listener(): Promise<string> {
    const server = createServer((req, res) => {
      let text = '';
      req.on('data', (chunk) => (text += String(chunk)));
      req.on('end', () => {
        told.push({ body: JSON.parse(text) as WebhookBody });
        res.writeHead(204).end();
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }
  const sendArgs = (args: SendWebhookArgs, admins?: AdminRules) =>
    new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(
      sendWebhook({ webhooks, storage, ...(admins && { admins }) }),
      args,
    );
  const forgedBody = {
    type: 'reel.succeeded',
    timestamp: AT,
    data: { id: REEL, generations: [] as unknown },
  } as WebhookBody;

  test('receiver, client and body of the message are not believed', async () => {
    const [own, others] = [await listener(), await receiver(true)];
    await keep('site', own);
    const forged = {
      receiver: { reelId: REEL, client: 'app', url: others },
      event: { ...event, body: forgedBody },
    };
    expect(await sendArgs(forged)).toMatchObject({ outcome: 'delivered' });
    expect(told.map(({ body }) => [body.type, body.data.status])).toEqual([['reel.failed', 'failed']]);
  });

  test.each([
    ['an event that did not happen', `msg_${REEL}_succeeded`, REEL],
    ['a reel that there is not', `msg_sim-${'b'.repeat(26)}_failed`, `sim-${'b'.repeat(26)}`],
    ['the event of another reel', `msg_sim-${'b'.repeat(26)}_failed`, REEL],
    ['a name that is a path', '../reel', REEL],
    ['a reel whose name is a path', event.id, '../..'],
  ])('%s is not sent', async (_, id, reelId) => {
    await keep('site', await listener());
    const args = {
      receiver: { reelId, client: 'site', url: await listener() },
      event: { id, body: forgedBody },
    };
    const sent = await sendArgs(args).catch((error: unknown) => error);
    expect(sent).not.toMatchObject({ outcome: 'delivered' });
    expect(told).toEqual([]);
  });

  test('an event that was noted is sent as it was then', async () => {
    await keep('site', await listener());
    const body = { ...forgedBody, type: 'reel.needs_decision' } as const;
    await storage.keepEvent(REEL, { id: `msg_${REEL}_needs_decision_1_5`, body });
    const asked = { id: `msg_${REEL}_needs_decision_1_5`, body: forgedBody };
    const receiverOfIt = { reelId: REEL, client: 'site', url: '' };
    expect(await sendArgs({ receiver: receiverOfIt, event: asked })).toMatchObject({ outcome: 'delivered' });
    expect(told[0]?.body).toEqual(body);
  });

  test('what the account has is told to admins only', async () => {
    const url = await listener();
    await keep('site', url, 1_234);
    const args = { receiver: { reelId: REEL, client: 'site', url }, event };
    await sendArgs(args, { admins: ['root'], keysAreSet: true });
    await sendArgs(args, { admins: ['site'], keysAreSet: true });
    const [first, second] = told.map(({ body }) => body.data.failure?.message);
    expect(first).toMatch(/^Your Runway API credits are used up\. Nothing was charged\./);
    expect(second).toContain('1234 credits');
  });
});
