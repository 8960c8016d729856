/** Debian's nginx, with the very lines of docs/hosting.md, in front of the API. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { claimPort } from '../../src/local/free-port';
import { type Api, startApi } from '../support/api';
import { eventually } from '../support/eventually';

const KEY = 'secret-of-the-site';

let folder: string;
let api: Api;
let nginx: ChildProcess;
let port: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reels-nginx-'));
  api = await startApi({ options: { namespace: 'default' } } as Client, {
    settings: {
      apiKeys: [{ client: 'site', sha256: createHash('sha256').update(KEY).digest('hex') }],
      corsOrigins: [],
      trustedProxies: ['loopback'],
    },
  });
  port = await claimPort('PORT', 0, '127.0.0.1');
  await writeFile(join(folder, 'nginx.conf'), await configuration());
  nginx = spawn('/usr/sbin/nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await eventually('nginx', () => ask('127.0.0.1', '/healthz').catch(() => undefined));
});

afterAll(async () => {
  nginx?.kill('SIGTERM');
  if (nginx && nginx.exitCode === null) await once(nginx, 'exit');
  await api?.close();
  await rm(folder, { recursive: true, force: true });
});

/** What stands in the document, within the least that nginx needs. */
async function configuration(): Promise<string> {
  const text = await readFile(join(__dirname, '../../docs/hosting.md'), 'utf8');
  const lines = /^```nginx\n([\s\S]*?)^```$/m.exec(text)?.[1] ?? '';
  expect(lines).toContain('proxy_pass http://127.0.0.1:3000;');
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
    daemon off; master_process off; pid ${folder}/nginx.pid; error_log stderr;
    events {}
    http {
      access_log off;
      ${paths.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
      server {
        listen 127.0.0.1:${port};
        ${lines.replace('http://127.0.0.1:3000', api.url)}
      }
    }`;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** @param from an address of this machine. */
function ask(from: string, path: string, { method, headers, body }: Asked = {}) {
  return new Promise<{ status?: number; text: string }>((resolve, reject) => {
    const options = { port, path, method, headers, localAddress: from, agent: false } as const;
    const call = request({ host: '127.0.0.1', ...options }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode, text }));
    });
    call.on('error', reject).end(body);
  });
}

test('callers are told apart by the address that nginx sees, and not by one that they claim', async () => {
  const guess = (from: string, claimed: string) =>
    ask(from, '/v1/models', {
      headers: { authorization: 'Bearer guess', 'x-forwarded-for': claimed },
    });
  for (let i = 0; i < 20; i++) expect((await guess('127.0.0.2', `203.0.113.${i}`)).status).toBe(401);
  expect((await guess('127.0.0.2', '203.0.113.99')).status).toBe(429);
  // Whoever is claimed to have guessed is not locked out, nor is anybody else.
  expect((await guess('127.0.0.3', '127.0.0.2')).status).toBe(401);
});

test('a body of 5 MB, and the page, come through', async () => {
  const own = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const origin = `http://127.0.0.1:${port}`;
  const body = JSON.stringify({ promptText: 'Snow', padding: 'x'.repeat(5_000_000) });
  const large = await ask('127.0.0.4', '/v1/estimate', { method: 'POST', headers: { ...own, origin }, body });
  expect(large).toMatchObject({ status: 400, text: expect.stringContaining('"invalid_request"') as string });
});
