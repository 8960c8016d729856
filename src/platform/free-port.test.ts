import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { CHOSEN_PORTS, claimPort } from './free-port';

test('0 means any free port that the system gives to no connection', async () => {
  const port = await claimPort('PORT', 0, '127.0.0.1');
  expect(port).toBeGreaterThanOrEqual(CHOSEN_PORTS.first);
  expect(port).toBeLessThan(CHOSEN_PORTS.last);
});

test('a host that is not of this machine is no port in use', async () => {
  await expect(claimPort('PORT', 0, '192.0.2.1')).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
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
