/** Downloads and webhooks through a real proxy: to the address that was checked, or not at all. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConnectProxy } from '../../../tools/stack/connect-proxy';
import { postWebhook } from '../../webhooks/post-webhook';
import { type DownloadOptions, openDownload } from './download';
import type { Resolve } from './guarded-agent';
import { readProxies } from './proxies';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

async function server(): Promise<{ port: number; seen: string[] }> {
  const seen: string[] = [];
  const http: Server = createServer((req, res) => {
    seen.push(`${req.method} ${req.headers.host}`);
    res.end('the file');
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  open.push({ close: () => (http.closeAllConnections(), http.close()) });
  return { port: (http.address() as AddressInfo).port, seen };
}

async function proxyThat(...args: Parameters<typeof ConnectProxy.open>) {
  const proxy = await ConnectProxy.open(...args);
  open.push(proxy);
  return { proxy, proxies: readProxies({ ALL_PROXY: proxy.url }) };
}

const leadsTo =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
const unknown: Resolve = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));

async function download(address: string, options: Partial<DownloadOptions>): Promise<string> {
  const { body, close } = await openDownload(address, {
    reach: () => 'anywhere',
    signal: new AbortController().signal,
    ...options,
  });
  try {
    return String(Buffer.concat(await body.toArray()));
  } finally {
    close();
  }
}

describe('an output', () => {
  test('is fetched from the address that was checked', async () => {
    const { port, seen } = await server();
    const { proxy, proxies } = await proxyThat();
    const resolve = leadsTo('2606:4700::1111', '93.184.216.34');
    expect(await download(`http://cdn.example.org:${port}/`, { proxies, resolve })).toBe('the file');
    expect(proxy.targets).toEqual([`93.184.216.34:${port}`]);
    expect(seen).toEqual([`GET cdn.example.org:${port}`]);
  });

  test.each([
    ['only the proxy knows its name', unknown, 'works', ['cdn.example.org']],
    [
      'the proxy permits by name',
      leadsTo('93.184.216.34'),
      [{ refuses: 403 }, 'works'],
      ['93.184.216.34', 'cdn.example.org'],
    ],
  ] as const)('is fetched by its name where %s', async (_where, resolve, ways, hosts) => {
    const { port } = await server();
    const { proxy, proxies } = await proxyThat(ways as Parameters<typeof ConnectProxy.open>[0]);
    expect(await download(`http://cdn.example.org:${port}/`, { proxies, resolve })).toBe('the file');
    expect(proxy.targets).toEqual(hosts.map((host) => `${host}:${port}`));
  });

  test('is not fetched through it from this machine, by whatever name', async () => {
    const { port } = await server();
    const { proxy, proxies } = await proxyThat();
    expect(await download(`http://127.0.0.1:${port}/`, { proxies })).toBe('the file');
    const resolve = leadsTo('127.0.0.1');
    expect(await download(`http://own.example.org:${port}/`, { proxies, resolve })).toBe('the file');
    expect(proxy.targets).toEqual([]);
  });

  test('is not fetched from a private address, of which the proxy hears nothing', async () => {
    const { proxy, proxies } = await proxyThat();
    const options = { proxies, resolve: leadsTo('10.0.0.1'), reach: () => 'public' as const };
    await expect(download('https://cdn.example.org/', options)).rejects.toThrow('10.0.0.1');
    expect(proxy.targets).toEqual([]);
  });

  test('that the proxy refuses is told in its words', async () => {
    const { proxies } = await proxyThat({ refuses: 407 });
    const options = { proxies, resolve: leadsTo('93.184.216.34') };
    await expect(download('http://cdn.example.org/', options)).rejects.toThrow(
      /the proxy .* refused .*407 No/,
    );
  });
});

describe('a webhook', () => {
  const post = (options: Partial<Parameters<typeof postWebhook>[0]>) =>
    postWebhook({
      url: 'https://hooks.example.org/',
      headers: {},
      body: '{}',
      allowLoopback: false,
      ...options,
    });

  test('is sent to the address that was checked, and to the next where that is refused', async () => {
    const { proxy, proxies } = await proxyThat({ refuses: 502 });
    const answer = await post({ proxies, resolve: leadsTo('93.184.216.34', '93.184.216.35') });
    expect(proxy.targets).toEqual(['93.184.216.34:443', '93.184.216.35:443']);
    expect(answer).toEqual({
      fault: expect.stringMatching(/^the proxy .* refused the connection to 93.*502 No$/) as string,
    });
  });

  test('is not sent where its name means something only to the proxy', async () => {
    const { proxy, proxies } = await proxyThat();
    expect(await post({ proxies, resolve: unknown })).toEqual({
      fault:
        'not sent: hooks.example.org has no address here, and where a proxy would lead cannot be checked',
    });
    expect(proxy.targets).toEqual([]);
  });

  test.each(['10.0.0.1', '127.0.0.1', '::1', '169.254.169.254'])(
    'is not sent to %s, of which the proxy hears nothing',
    async (address) => {
      const { proxy, proxies } = await proxyThat();
      const answer = await post({ proxies, resolve: leadsTo(address) });
      expect(answer).toEqual({ fault: expect.stringContaining(`leads to ${address}`) as string });
      expect(proxy.targets).toEqual([]);
    },
  );
});
