import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { WebhookEvent } from '../domain/webhook';
import { WebhookShares } from '../webhooks/webhook-shares';
import { sendWebhook } from './send-webhook';

const secret = `whsec_${Buffer.from('canary of the webhook tests').toString('base64')}`;
const webhooks = { secrets: ['site', 'app'].map((client) => ({ client, secret })), allowLoopback: true };
const event = { id: 'msg_test', body: { type: 'reel.failed' } } as WebhookEvent;

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

function run(
  send: Send,
  client: string,
  url: string,
  info: ConstructorParameters<typeof MockActivityEnvironment>[0] = {},
): ReturnType<Send> {
  const environment = new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
  return environment.run(send, { receiver: { reelId: 'sim-test', client, url }, event });
}

test('a client whose share is used up is told to come back, sooner at first; another one is served meanwhile', async () => {
  const send = sendWebhook({ webhooks }, new WebhookShares(2));
  const silent = await receiver();
  const waits = run(send, 'site', silent);

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

  while (held.length === 0) await new Promise(setImmediate);
  held.splice(0).forEach((answer) => answer());
  expect(await waits).toMatchObject({ outcome: 'delivered' });
  expect(await run(send, 'site', await receiver(true))).toMatchObject({ outcome: 'delivered' });
});

test('after three sends that no worker came to the end of, the try has failed; waits for a share do not count', async () => {
  const send = sendWebhook({ webhooks });
  const url = await receiver(true);
  const begun = (sends: number) => ({ attempt: 90, heartbeatDetails: { sends } as unknown });
  expect(await run(send, 'site', url, begun(2))).toMatchObject({ outcome: 'delivered' });
  expect(await run(send, 'site', url, begun(3))).toEqual({
    outcome: 'failed',
    words: 'no worker came to its end with it',
  });
});
