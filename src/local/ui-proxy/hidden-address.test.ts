import { createServer } from 'node:net';
import { once } from 'node:events';
import { hiddenAddress, hideAddress, portWithoutBrowsers } from './hidden-address';

test('a hidden address is another one each time, and can be listened on', async () => {
  const [one, other] = [await hiddenAddress(), await hiddenAddress()];
  expect(other).not.toEqual(one);
  expect(one.host).toMatch(/^127\./);
  const server = createServer().listen(one);
  await once(server, 'listening');
  expect(server.address()).toMatchObject({ address: one.host, port: one.port });
  server.close();
  await once(server, 'close');
});

test('an address is taken out of a text with its port, and nothing else', () => {
  const hidden = { host: '127.83.21.9', port: 8123 };
  expect(hideAddress('UI: http://127.83.21.9:8123, 127.0.0.1:81230, localhost:8123', hidden)).toBe(
    'UI: http://[hidden]:[hidden], 127.0.0.1:81230, localhost:[hidden]',
  );
  expect(hideAddress('http://127.0.0.1:8123 127.0.0.1:7233', { host: '127.0.0.1', port: 8123 })).toBe(
    'http://127.0.0.1:[hidden] 127.0.0.1:7233',
  );
});

test('of the ports that no browser connects to, a free one is taken', async () => {
  const port = await portWithoutBrowsers('127.0.0.1');
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const next = await portWithoutBrowsers('127.0.0.1');
  expect(next).toEqual(expect.any(Number));
  expect(next).not.toBe(port);
  server.close();
  await once(server, 'close');
});
