/** The HTTP API in this process, against a real Temporal, without a worker. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { Express } from 'express';
import pino from 'pino';
import { createApp } from '../../src/api/app';
import type { ApiDeps } from '../../src/api/deps';
import { createHttpServer, MOST_CONNECTIONS } from '../../src/api/http/server';
import type { Reel } from '../../src/contract/schemas/reel';
import { taskQueues } from '../../src/domain/task-queues';
import { openStorage } from '../../src/storage/storage';
import { close, listen } from '../../tools/stack/loopback';
import { checkStructure } from './video-check';
import type { Storage } from '../../src/storage/storage';
import { checkAnswer } from './contract';

export interface Api {
  readonly app: Express;
  readonly url: string;
  readonly storage: Storage;
  /** Everything that was logged. */
  readonly log: () => string;
  /** Fails on an answer outside the contract. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

export async function startApi(
  client: Client,
  overrides: Partial<Omit<ApiDeps, 'client' | 'baseUrl' | 'logger'>> = {},
  port = 0,
): Promise<Api> {
  const root = await mkdtemp(join(tmpdir(), 'reels-api-'));
  const storage = overrides.storage ?? (await openStorage({ root, check: checkStructure }));
  const lines: string[] = [];
  const { maxConnections = MOST_CONNECTIONS } = overrides;
  let url = '';
  const app = createApp({
    client,
    prepareTemporal: async () => {},
    storage,
    backend: { kind: 'simulator', baseUrl: 'http://127.0.0.1:1' },
    taskQueues: taskQueues(),
    settings: { apiKeys: [], corsOrigins: [] },
    baseUrl: () => url,
    logger: pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }),
    ...overrides,
  });
  const server = createHttpServer(app, { maxConnections });
  url = await listen(server, port);
  const request = async (path: string, init?: RequestInit) => {
    const answer = await fetch(url + path, init);
    await checkAnswer(init?.method ?? 'GET', url + path, answer);
    return answer;
  };
  return {
    app,
    url,
    storage,
    log: () => lines.join(''),
    fetch: request,
    post: (path, body, headers) =>
      request(path, {
        method: 'POST',
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    async close() {
      await close(server);
      if (!overrides.storage) await storage.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

export async function reelOf(answer: Response | Promise<Response>): Promise<Reel> {
  return (await (await answer).json()) as Reel;
}

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly issues?: { readonly field: string; readonly message: string }[];
}

export async function problemOf(answer: Response | Promise<Response>): Promise<ProblemBody> {
  const response = await answer;
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  return (await response.json()) as ProblemBody;
}
