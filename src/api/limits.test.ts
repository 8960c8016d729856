import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { limitBodies } from './limits';

let server: Server;
/** Emits `held` when a request waits for its client to be known, and `passed` when it went on without its caller. */
beforeEach(async () => {
  const app = express();
  app.post('/hung-up', async (req: IncomingMessage, _res, next) => {
    server.emit('held');
    await once(req, 'close').catch(() => undefined);
    next();
    server.emit('passed');
  });
  app.use(limitBodies(1), (_req, res) => void res.sendStatus(204));
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const post = (path: string) => {
  const { port } = server.address() as AddressInfo;
  const headers = { 'Content-Length': '2' };
  return request({ host: '127.0.0.1', port, path, method: 'POST', headers });
};

test('a caller that hangs up before its body is read takes no place from the others', async () => {
  const hungUp = post('/hung-up');
  hungUp.on('error', () => undefined).flushHeaders();
  await once(server, 'held');
  const passed = once(server, 'passed');
  hungUp.destroy();
  await passed;

  const other = post('/').end('{}');
  const [answer] = (await once(other, 'response')) as [IncomingMessage];
  expect(answer.resume().statusCode).toBe(204);
});
