/**
 * Texts that somebody may send, by mistake or on purpose, through every field of every surface that takes one: request,
 * Runway, its status page, and the command line. Whatever leaves, to callers, receivers, Temporal and the terminal, is
 * read as a strict reader would.
 */
import type { Payload } from '@temporalio/client';
import { isTerminal } from '../../src/contract/reel';
import type { Reel } from '../../src/contract/schemas/reel';
import type { Scenario } from '../../src/simulator/scenarios/scenario';
import type { Fault } from '../../src/simulator/scenarios/fault';
import { runCommand } from '../support/cli';
import { EventReader } from '../support/event-reader';
import { type Receiver, startReceiver } from '../support/receiver';
import { Service, WEBHOOK_SECRET } from '../support/service';
import { strictJson } from '../support/strict-json';

const FAMILY = '👨‍👩‍👧‍👦';
const TEXTS: Readonly<Record<string, string>> = {
  'half a pair': 'half \ud83d of it',
  'the other half': '\ude00 first',
  'halves the wrong way round': 'a \ude00\ud83d b',
  'bidi controls': 'video\u202egpm.exe \u2066isolated\u200f',
  'a terminal’s escapes': 'red \u001b[31m\u001b]0;title\u0007\u009b2J\u007f text',
  NUL: 'before\0after',
  'line ends of all kinds': 'a\r\nb\u0085c\u2028d\u2029e\u000bf',
  'a tower of marks': `Z${'\u0301'.repeat(900)}algo`,
  families: FAMILY.repeat(400),
  'an emoji at each border': Array.from({ length: 3_000 }, (_, i) => (i % 7 === 0 ? '😀' : 'x')).join(''),
  'a megabyte': 'ä'.repeat(500_000),
  'noncharacters and private use': 'a\ufffe\uffff\ue000\u{10ffff}b',
  'names of JavaScript': '__proto__ constructor toString',
};
const EACH = Object.entries(TEXTS);

/** What no terminal gets: controls but the line's end and our own colours, and what turns the direction of writing. */
const RAW = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029\p{Cs}]/u;

let service: Service;
let receiver: Receiver;
/** What the vendor does with the next POSTs, by the text in their prompts. */
const scenarios = new Map<string, Scenario>();

beforeAll(async () => {
  receiver = await startReceiver(WEBHOOK_SECRET);
  service = await Service.start({
    simulator: { scenarioFor: ({ promptText }) => scenarios.get(String(promptText)) },
  });
});
afterAll(async () => {
  await service.stop();
  await receiver.close();
});

const cli = (...args: readonly string[]) => runCommand(args, { DURABLE_REELS_URL: service.api.url });

/** Reads a reel at every place where somebody reads it. Each reads strictly. */
async function readEverywhere(id: string): Promise<Reel> {
  const { api } = service;
  const stream = await EventReader.open(`${api.url}/v1/reels/${id}/events`);
  const reel = await service.reel(id);
  await api.fetch('/v1/reels');
  await api.fetch(`/v1/reels/${id}/support`);
  await api.fetch('/v1/usage');
  if (isTerminal(reel.status)) await stream.ended;
  await stream.close();
  // One that waits is watched for a moment only.
  const watch = ['watch', id, '--timeout', '1s'];
  for (const command of [['show', id], ['list'], ['support', id], ['spend'], watch])
    await checkOutput(command);
  await checkTemporal(id);
  return reel;
}

async function checkOutput(command: readonly string[]): Promise<void> {
  const { out, err } = await cli(...command);
  for (const text of [out, err]) expect({ command, raw: RAW.exec(text) }).toEqual({ command, raw: null });
  const { out: json } = await cli(...command, '--json');
  for (const line of json.split('\n').filter(Boolean)) if (line.startsWith('{')) strictJson(json);
}

/** Memo, attributes and every payload of the history are texts that Temporal's UI, and PostgreSQL below it, can show. */
async function checkTemporal(id: string): Promise<void> {
  const { memo, searchAttributes, raw } = await service.handle(id).describe();
  strictJson(Buffer.from(JSON.stringify({ memo, searchAttributes })));
  expect(Buffer.byteLength(JSON.stringify(raw.workflowExecutionInfo?.memo))).toBeLessThan(40_000);
  const { events } = await service.handle(id).fetchHistory();
  for (const payload of payloadsOf(events ?? [])) strictJson(payload.data ?? Buffer.from('null'));
}

function payloadsOf(value: unknown): Payload[] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
  if ('metadata' in value && 'data' in value && ArrayBuffer.isView(value.data))
    return value.data.byteLength > 0 ? [value as Payload] : [];
  return Object.values(value as object).flatMap(payloadsOf);
}

/** JSON as a careless program writes it: halves of pairs as escapes. */
const post = (path: string, body: unknown, headers?: Record<string, string>) =>
  service.api.post(path, JSON.stringify(body), headers);

describe('from a request', () => {
  const FIELDS: Readonly<Record<string, (text: string) => Record<string, unknown>>> = {
    promptText: (text) => ({ promptText: text }),
    promptImage: (text) => ({ promptImage: text }),
    'the image’s address': (text) => ({ promptImage: `https://example.org/${text}` }),
    negativePrompt: (text) => ({ model: 'veo3.1', negativePrompt: text }),
    model: (text) => ({ model: text }),
    ratio: (text) => ({ ratio: text }),
    audio: (text) => ({ audio: text }),
    fallbacks: (text) => ({ fallbacks: [text, `model:${text}`] }),
    deadline: (text) => ({ deadline: text }),
    title: (text) => ({ title: text }),
    date: (text) => ({ date: text }),
    onLostAnswer: (text) => ({ onLostAnswer: text }),
    webhookUrl: (text) => ({ webhookUrl: `${receiver.url}&${text}` }),
    'a value of metadata': (text) => ({ metadata: { event: text } }),
    'a name of metadata': (text) => ({ metadata: { [text]: 'yes' } }),
    'a field of another name': (text) => ({ [text]: text }),
    'text for a number': (text) => ({ duration: text, seed: text, maxCredits: text }),
  };

  test.each(EACH)('%s: each field is taken and shown, or refused by its name', async (_, text) => {
    const accepted: string[] = [];
    for (const [field, fields] of Object.entries(FIELDS))
      for (const path of ['/v1/estimate', '/v1/reels']) {
        const answer = await post(path, { promptText: 'A calm sea', ...fields(text) });
        const { status } = answer;
        const fine = [200, 202, 400, 413].includes(status);
        expect({ field, path, status, fine }).toEqual({ field, path, status, fine: true });
        const body = strictJson(await answer.arrayBuffer()) as Partial<Reel>;
        if (body.status === 'queued') accepted.push(body.id ?? '');
      }
    for (const id of accepted) await service.ended(id);
    for (const id of accepted) await readEverywhere(id);
  });

  test.each(EACH)('%s: paths, queries and headers are taken, or refused', async (_, text) => {
    const inUrl = encodeURIComponent(text.slice(0, 2_000).toWellFormed());
    const header = Buffer.from(
      text
        .slice(0, 300)
        .toWellFormed()
        .replace(/[\0\r\n]/g, ' '),
    ).toString('latin1');
    const headers = { 'x-request-id': header, 'user-agent': header, origin: service.api.url };
    for (const path of [
      `/v1/reels/${inUrl}`,
      `/v1/reels/${inUrl}/support`,
      `/v1/errors/${inUrl}`,
      `/v1/reels?status=${inUrl}`,
      `/v1/reels?cursor=${inUrl}`,
      `/v1/reels?metadata.${inUrl}=${inUrl}`,
      `/v1/reels?q=${inUrl}&model=${inUrl}&runwayTaskId=${inUrl}`,
      `/v1/reels?${inUrl}=1`,
      `/${inUrl}`,
    ]) {
      const answer = await fetch(service.api.url + path, { headers: plainHeaders(headers) });
      expect(answer.status).toBeLessThan(500);
      if (answer.headers.get('content-type')?.includes('json')) strictJson(await answer.arrayBuffer());
      else await answer.text();
    }
    const keyed = await post(
      '/v1/estimate',
      { promptText: 'x' },
      plainHeaders({ 'idempotency-key': header }),
    );
    expect(keyed.status).toBeLessThan(500);
  });
});

/** Without what `fetch` itself refuses to send. */
function plainHeaders(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.replace(/\p{Cc}/gu, ' ').trim() || 'x']),
  );
}

describe('from Runway', () => {
  const answer = (status: number, json: unknown, headers?: Record<string, string>): Fault => ({
    kind: 'answer',
    status,
    json,
    ...(headers && { headers }),
  });
  const WAYS: Readonly<Record<string, (text: string) => Omit<Scenario, 'about'>>> = {
    'failure and code of a task': (failure) => ({
      lives: {
        first: [],
        then: { end: { status: 'FAILED', failure, failureCode: failure.slice(0, 3_000), refunded: true } },
      },
    }),
    'a refusal in Runway’s shape': (error) => ({
      posts: {
        first: [],
        then: {
          fault: answer(400, { error, issues: [{ path: [error], message: error }] }),
          taskExists: false,
        },
      },
    }),
    'a refusal in a gateway’s shape': (message) => ({
      posts: { first: [], then: { fault: answer(403, { message, [message]: message }), taskExists: false } },
    }),
    'a refusal that is no JSON': (text) => ({
      posts: {
        first: [],
        then: { fault: { kind: 'answer', status: 502, text, contentType: 'text/html' }, taskExists: false },
      },
    }),
    'a status, and words around it': (status) => ({
      polls: {
        first: [
          { kind: 'patch', fields: { status, failure: status, progress: status, createdAt: status } },
          answer(500, { error: status }),
        ],
      },
    }),
    'a place in the video’s stead': (text) => ({
      downloads: { first: [{ kind: 'answer', status: 200, text, contentType: 'text/html' }] },
    }),
  };

  test.each(EACH)('%s: each text is shown as whole text', async (name, text) => {
    const ended = Object.entries(WAYS).map(async ([way, scenario]) => {
      const promptText = `${way}: ${name}`;
      scenarios.set(promptText, { about: way, ...scenario(text) });
      const { id } = await service.order('', { promptText, webhookUrl: receiver.url });
      await service.until(
        id,
        'an end, or a question',
        ({ status }) => isTerminal(status) || status === 'needs_decision',
      );
      return id;
    });
    for (const id of await Promise.all(ended)) await readEverywhere(id);
  });

  test.each(EACH)('%s on the status page is shown as whole text', async (name, text) => {
    service.simulator.setAccount({ incident: text });
    for (const path of ['/v1/account', '/readyz']) await service.api.fetch(path);
    await checkOutput(['account']);
    // A prompt of its own: the second POST of one succeeds.
    const promptText = `The sea while ${name} is told #internal-once`;
    const { id } = await service.order('', { promptText, webhookUrl: receiver.url });
    await service.until(id, 'the incident', ({ waiting }) => waiting?.service?.incident !== undefined);
    await readEverywhere(id);
    service.simulator.setAccount({ incident: null });
    await service.api.post(`/v1/reels/${id}/cancel`);
    await service.ended(id);
    await readEverywhere(id);
  });
});

describe('from the command line', () => {
  test.each(EACH)('%s is sent and shown, or refused', async (_, text) => {
    // A program's arguments hold no NUL.
    const argument = text.replaceAll('\0', '').slice(0, 5_000);
    for (const command of [
      ['generate', argument, '--detach'],
      ['generate', 'A calm sea', '--detach', '--title', argument],
      ['generate', 'A calm sea', '--detach', '--model', argument],
      ['show', argument],
      ['explain', argument],
      ['list', '--status', argument],
      [argument],
      [`--${argument}`],
    ])
      await checkOutput(command);
  });
});
