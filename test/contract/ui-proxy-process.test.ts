/** The proxy before Temporal's UI as docker-compose.yml runs it, with addresses of this machine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ROOT, readComposeFile } from '../support/compose-file';
import { eventually } from '../../tools/stack/eventually';
import { listeningAddresses } from '../support/listening';

const { services } = readComposeFile({
  REEL_API_KEYS: 'site:0123456789abcdef',
  POSTGRES_PASSWORD: 'a-password',
});
const { command: [program = '', script = ''] = [], environment } = services['temporal-ui-proxy'] ?? {};

let ui: Server;
let proxy: ChildProcess;

beforeEach(async () => {
  ui = createServer((_req, res) => res.setHeader('set-cookie', '_csrf=token').end('the UI')).listen(
    0,
    '127.0.0.1',
  );
  await once(ui, 'listening');
  const { port } = ui.address() as AddressInfo;
  const here = ['127.0.0.1:0', `127.0.0.1:${port}`];
  proxy = spawn(program, [script, ...here], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], ...environment },
    stdio: 'inherit',
  });
});
afterEach(async () => {
  proxy.kill('SIGKILL');
  ui.close();
  await once(ui, 'close');
});

async function statusOf(address: string, headers: Record<string, string>): Promise<number | undefined> {
  const req = request(`http://${address}/healthz`, { headers, agent: false }).end();
  const [answer] = (await once(req, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'close');
  return answer.statusCode;
}

test('it lets in what names this machine, refuses a page elsewhere, and ends when it is told to', async () => {
  const address = await eventually('it listens', () => listeningAddresses([proxy.pid ?? 0])[0]);
  expect(await statusOf(address, { host: '127.0.0.1:8233' })).toBe(200);
  expect(await statusOf(address, { host: 'evil.example:8233' })).toBe(403);
  expect(await statusOf(address, { host: '127.0.0.1:8233', origin: 'http://evil.example' })).toBe(403);
  proxy.kill('SIGTERM');
  expect(await once(proxy, 'exit')).toEqual([0, null]);
});
