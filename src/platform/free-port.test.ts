import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { claimPort } from './free-port';

test('0 means any free port', async () => {
  expect(await claimPort('PORT', 0, '127.0.0.1')).toBeGreaterThan(0);
});

test('a port in use is refused with the setting and the fix', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    await expect(claimPort('TEMPORAL_UI_PORT', port, '127.0.0.1')).rejects.toThrow(
      `Port ${port} (TEMPORAL_UI_PORT) is in use by another program. End that program, or set TEMPORAL_UI_PORT to another port (0: any free one).`,
    );
  } finally {
    server.close();
    await once(server, 'close');
  }
});
