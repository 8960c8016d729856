/** Debian's nginx and Caddy in front of the API: the very lines of docs/hosting.md and deploy/Caddyfile. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { type Api, startApi } from '../support/api';
import { eventually } from '../../tools/stack/eventually';
import { reservePort } from '../../tools/stack/reserve-port';

const KEY = 'secret-of-the-site';
const ROOT = join(__dirname, '../..');

interface Site {
  readonly folder: string;
  /** Where the proxy listens, on 127.0.0.1. */
  readonly port: number;
  /** `127.0.0.1:<port>` of the API. */
  readonly api: string;
}

interface Proxy {
  readonly program: string;
  readonly arguments: (file: string, folder: string) => readonly string[];
  /** What stands in the repository, within the least that the program needs to run by itself. */
  readonly configuration: (site: Site) => Promise<string>;
}

const NGINX: Proxy = {
  program: '/usr/sbin/nginx',
  arguments: (file, folder) => ['-p', folder, '-c', file],
  async configuration({ folder, port, api }) {
    const text = await readFile(join(ROOT, 'docs/hosting.md'), 'utf8');
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
          ${lines.replace('127.0.0.1:3000', api)}
        }
      }`;
  },
};

const CADDY: Proxy = {
  program: '/usr/bin/caddy',
  arguments: (file) => ['run', '--adapter', 'caddyfile', '--config', file],
  async configuration({ port, api }) {
    const lines = await readFile(join(ROOT, 'deploy/Caddyfile'), 'utf8');
    expect(lines).toContain('reels.example.org {');
    expect(lines).toContain('reverse_proxy 127.0.0.1:3000 {');
    // Over plain HTTP: nobody here gives it a certificate.
    return `{
        admin off
        auto_https off
        log {
          level ERROR
        }
      }
      ${lines.replace('reels.example.org', `http://127.0.0.1:${port}`).replace('127.0.0.1:3000', api)}`;
  },
};

describe.each([
  ['nginx', NGINX],
  ['caddy', CADDY],
] as const)('%s', (name, { program, arguments: argumentsOf, configuration }) => {
  let folder: string;
  let api: Api;
  let proxy: ChildProcess | undefined;
  let port: number;

  beforeAll(async () => {
    if (!existsSync(program))
      throw new Error(`${name} is missing: apt-get install ${name} (.ci/run does it)`);
    folder = await mkdtemp(join(tmpdir(), `reels-${name}-`));
    api = await startApi({ options: { namespace: 'default' } } as Client, {
      settings: {
        apiKeys: [{ client: 'site', sha256: createHash('sha256').update(KEY).digest('hex') }],
        corsOrigins: [],
        trustedProxies: ['loopback'],
      },
    });
    port = await reservePort();
    const file = join(folder, 'configuration');
    await writeFile(file, await configuration({ folder, port, api: new URL(api.url).host }));
    proxy = spawn(program, argumentsOf(file, folder), {
      env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await eventually(name, () => ask('127.0.0.1', '/healthz').catch(() => undefined));
  });

  afterAll(async () => {
    proxy?.kill('SIGTERM');
    if (proxy && proxy.exitCode === null && proxy.signalCode === null) await once(proxy, 'exit');
    await api?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

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

  test('callers are told apart by the address that it sees, and not by one that they claim', async () => {
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
    const large = await ask('127.0.0.4', '/v1/estimate', {
      method: 'POST',
      headers: { ...own, origin },
      body,
    });
    expect(large).toMatchObject({
      status: 400,
      text: expect.stringContaining('"invalid_request"') as string,
    });
  });
});
