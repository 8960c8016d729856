import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Address } from '../platform/outbound/guarded-agent';
import { Webhook } from 'standardwebhooks';
import { postWebhook, signedHeaders, type WebhookPost } from './post-webhook';

const servers: { close(): unknown; closeAllConnections?: () => void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections?.();
    server.close();
  }
});

async function listen<T extends Server | ReturnType<typeof createTcpServer>>(server: T): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function receiver(answer: RequestListener): Promise<{ url: string; port: number; hosts: string[] }> {
  const hosts: string[] = [];
  const port = await listen(
    createServer((req, res) => {
      hosts.push(String(req.headers.host));
      answer(req, res);
    }),
  );
  return { url: `http://127.0.0.1:${port}/`, port, hosts };
}

const post = (url: string, changes: Partial<WebhookPost> = {}) =>
  postWebhook({ url, headers: {}, body: '{}', allowLoopback: true, timeoutMs: 30_000, ...changes });
const leadsTo =
  (...addresses: string[]) =>
  (): Promise<Address[]> =>
    Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));

test('tells the status and Retry-After', async () => {
  const { url } = await receiver((_req, res) => res.writeHead(503, { 'retry-after': '7' }).end());
  expect(await post(url)).toEqual({ status: 503, retryAfter: '7' });
});

test('follows no redirect', async () => {
  const secret = await receiver((_req, res) => res.end());
  const { url } = await receiver((_req, res) => res.writeHead(307, { location: secret.url }).end());
  expect(await post(url)).toEqual({ status: 307 });
  expect(secret.hosts).toEqual([]);
});

test('an answer that does not come ends in time', async () => {
  const { url } = await receiver(() => undefined);
  expect(await post(url, { timeoutMs: 200 })).toEqual({ fault: 'no answer within 0.2 s' });
});

test('one that is given to another worker ends at once, also before it began', async () => {
  const { url, hosts } = await receiver(() => stop.abort());
  const stop = new AbortController();
  const stopped = { fault: 'it was stopped before an answer came' };
  expect(await post(url, { timeoutMs: 60_000, signal: stop.signal })).toEqual(stopped);
  expect(await post(url, { timeoutMs: 60_000, signal: stop.signal })).toEqual(stopped);
  expect(hosts).toHaveLength(1);
});

test('a name that is not resolved in time ends in time', async () => {
  const never = () => new Promise<Address[]>(() => undefined);
  expect(await post('https://example.org/', { timeoutMs: 200, resolve: never })).toEqual({
    fault: 'no answer within 0.2 s',
  });
});

test('an answer without end counts by its status, and is not read to the end', async () => {
  let sent = 0;
  const { url } = await receiver((_req, res) => {
    const more = () => {
      while (!res.destroyed && res.write(Buffer.alloc(4_096))) sent += 4_096;
    };
    res.on('drain', more);
    more();
  });
  expect(await post(url)).toEqual({ status: 200 });
  // What the buffers of the two sockets take without anybody reading.
  expect(sent).toBeLessThan(16_000_000);
});

test('a receiver that nobody runs refuses', async () => {
  const port = await listen(createTcpServer());
  servers.splice(0).forEach((server) => server.close());
  expect(await post(`http://127.0.0.1:${port}/`)).toEqual({ fault: 'it refused the connection' });
});

test('connects to the address that was checked, and says the name', async () => {
  const { port, hosts } = await receiver((_req, res) => res.end());
  const asked: string[] = [];
  const resolve = async (host: string) => {
    asked.push(host);
    return leadsTo('127.0.0.1')();
  };
  expect(await post(`http://hooks.localhost:${port}/`, { resolve })).toEqual({ status: 200 });
  expect(asked).toEqual(['hooks.localhost']);
  expect(hosts).toEqual([`hooks.localhost:${port}`]);
});

test('asks for the certificate of the name, and takes no other', async () => {
  const names: string[] = [];
  const port = await listen(
    createTlsServer({
      SNICallback: (name, callback) => {
        names.push(name);
        callback(new Error('no certificate'));
      },
    }),
  );
  const answer = await post(`https://hooks.example.org:${port}/`, { resolve: leadsTo('127.0.0.1') });
  expect(answer).toHaveProperty('fault');
  expect(names).toEqual(['hooks.example.org']);
});

test('a name that leads elsewhere a moment later is not asked again', async () => {
  let asked = 0;
  const { port, hosts } = await receiver((_req, res) => res.end());
  const resolve = () => leadsTo((asked += 1) === 1 ? '127.0.0.1' : '169.254.169.254')();
  const url = `http://rebinding.localhost:${port}/`;
  expect(await post(url, { resolve })).toEqual({ status: 200 });
  expect([asked, hosts.length]).toEqual([1, 1]);
  // The next try asks anew, and does not connect.
  expect(await post(url, { resolve })).toMatchObject({
    fault: expect.stringMatching('169.254.169.254') as string,
  });
  expect([asked, hosts.length]).toEqual([2, 1]);
});

test.each([
  ['https://internal.example.org/', ['10.0.0.1']],
  ['https://metadata.example.org/', ['169.254.169.254']],
  ['https://mixed.example.org/', ['8.8.8.8', '192.168.0.1']],
  ['https://six.example.org/', ['fd00::1']],
  ['https://mapped.example.org/', ['::ffff:10.0.0.1']],
  ['https://nat64.example.org/', ['64:ff9b::a00:1']],
  ['https://6to4.example.org/', ['2002:a00:1::1']],
  ['https://zone.example.org/', ['fe80::1%lo']],
  ['https://loopback.example.org/', ['127.0.0.1']],
])('%s, which leads to %j, is not connected to', async (url, addresses) => {
  const answer = await post(url, { allowLoopback: false, resolve: leadsTo(...addresses) });
  expect(answer).toMatchObject({
    fault: expect.stringMatching(/^not sent: .* no public address$/) as string,
  });
});

test('development sends over http to this machine only, whatever a name of this machine comes to mean', async () => {
  const answer = await post('http://localhost/', { resolve: leadsTo('8.8.8.8') });
  expect(answer).toMatchObject({ fault: expect.stringMatching('^not sent') as string });
});

test('a name without an address is said to be one', async () => {
  expect(await post('https://example.org/', { resolve: leadsTo() })).toEqual({
    fault: 'not sent: example.org has no address',
  });
});

test('a URL that is refused at once is refused here too: a run may be started elsewhere', async () => {
  expect(await post('http://example.org/')).toEqual({ fault: 'not sent: the URL must begin with https://' });
  expect(await post('https://127.0.0.1/', { allowLoopback: false })).toMatchObject({
    fault: expect.stringMatching('^not sent') as string,
  });
});

const secret = (text: string) => `whsec_${Buffer.from(text.padEnd(24)).toString('base64')}`;
const signed = JSON.stringify({ type: 'reel.failed', data: { title: 'Søndag · 日曜' } });

test('during a rotation both the old and the new secret verify it, and no other does', () => {
  const headers = signedHeaders({ id: 'msg_1' }, signed, [secret('old'), secret('new')], new Date());
  expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);
  for (const known of ['old', 'new']) {
    expect(new Webhook(secret(known)).verify(signed, headers)).toEqual(JSON.parse(signed));
  }
  expect(() => new Webhook(secret('another')).verify(signed, headers)).toThrow('No matching signature');
  expect(() => new Webhook(secret('new')).verify(`${signed} `, headers)).toThrow('No matching signature');
});

test('its time is that of the try: a repeat of somebody else is too old after five minutes', () => {
  const headers = signedHeaders({ id: 'msg_1' }, signed, [secret('new')], new Date(Date.now() - 301_000));
  expect(() => new Webhook(secret('new')).verify(signed, headers)).toThrow('too old');
});
