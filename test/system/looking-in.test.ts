/**
 * API and worker as processes, with real-looking secrets and failures: what logs, metrics and traces tell, and that no
 * secret is in any of them, nor in histories, the database file, the data folder and the answers.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { API_METRICS } from '../../src/api/health/api-metrics';
import { isTerminal } from '../../src/contract/reel';
import type { Reel } from '../../src/contract/schemas/reel';
import { WORKER_METRICS } from '../../src/contract/worker-metrics';
import { TEMPORAL_METRICS } from '../support/alert-rules';
import { codeIn, read } from '../support/docs';
import { eventually } from '../../tools/stack/eventually';
import type { Child } from '../../tools/stack/child';
import { OtlpReceiver } from '../support/otlp-receiver';
import { type Receiver, startReceiver } from '../support/receiver';
import { Service } from '../support/service';
import { startProcess } from '../support/processes';

const random = (bytes: number) => randomBytes(bytes).toString('hex');
const CANARIES = {
  runwayKey: `key_${random(64)}`,
  apiKey: `canary-${random(16)}`,
  adminKey: `canary-${random(16)}`,
  unknownKey: `canary-${random(16)}`,
  webhookSecret: randomBytes(32).toString('base64'),
};
/** Stands in a prompt: what is looked for and must be found, to prove the search. */
const PLAIN = `plain-${random(8)}`;

let folder: string;
let service: Service;
let traces: OtlpReceiver;
let receiver: Receiver;
let api: Child;
let worker: Child;
let apiUrl: string;
let apiFigures: string;
let workerFigures: string;
let refused: number;
const reels: Reel[] = [];
let answers = '';

async function ask(where: string, key = CANARIES.apiKey, init: RequestInit & { cookie?: string } = {}) {
  const { cookie, ...rest } = init;
  const response = await fetch(apiUrl + where, {
    ...rest,
    headers: {
      ...(cookie === undefined ? { authorization: `Bearer ${key}` } : { cookie }),
      ...(rest.body !== undefined && { 'content-type': 'application/json' }),
    },
  });
  const body = await response.clone().text();
  answers += `${body}\n`;
  return response;
}

const post = (where: string, body: object) =>
  ask(where, undefined, { method: 'POST', body: JSON.stringify(body) });

async function make(promptText: string, fields: object = {}): Promise<Reel> {
  const { id } = (await (await post('/v1/reels', { promptText, ...fields })).json()) as Reel;
  return eventually(`the end of ${promptText}`, async () => {
    const reel = (await (await ask(`/v1/reels/${id}`)).json()) as Reel;
    return isTerminal(reel.status) && reel;
  });
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'reels-looking-in-'));
  service = await Service.start({ worker: 'process', database: path.join(folder, 'temporal.db') });
  traces = await OtlpReceiver.start();
  receiver = await startReceiver(`whsec_${CANARIES.webhookSecret}`);
  let looks = 0;
  service.simulator.setHook(({ at, prompt, taskId }) => {
    // Runway quotes the key in what it answers to one of the prompts.
    if (at === 'received' && prompt?.includes('quotes the key')) {
      const error = `The key Bearer ${CANARIES.runwayKey} is not valid`;
      return { kind: 'answer', status: 401, json: { error } };
    }
    // However busy the machine is: the first look finds one of them running.
    if (at === 'poll' && prompt?.includes(PLAIN) && (looks += 1) === 1) {
      const task = { id: taskId, status: 'RUNNING', createdAt: new Date().toISOString(), progress: 0.5 };
      return { kind: 'answer', status: 200, json: task };
    }
    return undefined;
  });
  const settings = {
    TEMPORAL_ADDRESS: service.env.address,
    TEMPORAL_NAMESPACE: 'default',
    DATA_DIR: path.join(folder, 'data'),
    RUNWAYML_API_SECRET: CANARIES.runwayKey,
    RUNWAYML_BASE_URL: service.simulator.url,
    RUNWAY_STATUS_URL: `${service.simulator.url}/status`,
    POLL_INTERVAL: '100ms',
    REGENERATE_DELAY: '200ms',
    LOST_ANSWER_QUIET: '200ms',
    DECISION_PATIENCE: '200ms',
    WEBHOOK_SECRET: `site:whsec_${CANARIES.webhookSecret}`,
    WEBHOOK_ALLOW_LOOPBACK: '1',
    OTEL_EXPORTER_OTLP_ENDPOINT: traces.url,
    LOG_LEVEL: 'debug',
  };
  [worker, api] = await Promise.all([
    startProcess({ ...settings, METRICS_PORT: '0' }),
    startProcess(
      {
        ...settings,
        PORT: '0',
        REEL_API_KEYS: `site:${CANARIES.apiKey},owner:${CANARIES.adminKey}`,
        REEL_ADMINS: 'owner',
      },
      'api',
    ),
  ]);
  apiUrl = /listening on (http:[^"]+)/.exec(api.output)?.[1] ?? '';

  const session = await ask('/v1/session', undefined, {
    method: 'POST',
    body: JSON.stringify({ key: CANARIES.apiKey }),
  });
  const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? '';
  Object.assign(CANARIES, { session: cookie.split('=')[1] });
  await ask('/v1/reels', undefined, { cookie });
  await ask(`/v1/reels?key=${CANARIES.unknownKey}`, CANARIES.unknownKey);

  const made = [
    make(`A calm sea ${PLAIN}`, { webhookUrl: receiver.url }),
    make('Mist in a valley #internal-twice'),
    make('A door that quotes the key'),
    make('A boat in the fog #lost-close'),
    make('A letter on its way #safety-input'),
  ];
  const badHook = `http://user:${CANARIES.unknownKey}@127.0.0.1:9/hook`;
  await post('/v1/reels', { promptText: 'refused', webhookUrl: badHook });
  reels.push(...(await Promise.all(made)));
  for (const { id } of reels) await ask(`/v1/reels/${id}/support`);
  await ask(`/v1/reels/${reels[2]?.id}/events`);
  refused = (await ask('/metrics')).status;

  await eventually('the webhook', () => receiver.received.length > 0);
  const metricsUrl = /"metrics":"([^"]+)"/.exec(worker.output)?.[1] ?? '';
  workerFigures = await eventually('figures of the webhook', async () => {
    const text = await (await fetch(metricsUrl)).text();
    return text.includes('durable_reels_webhooks_ended_total') && text;
  });
  apiFigures = await eventually('figures of all ends', async () => {
    const text = await (await ask('/metrics', CANARIES.adminKey)).text();
    return text.includes('durable_reels_reels{status="succeeded"} 2') && text;
  });
  // What is told at the end leaves with the process.
  await Promise.all([api.end('SIGTERM'), worker.end('SIGTERM')]);
});
afterAll(async () => {
  await api?.end();
  await worker?.end();
  await traces?.close();
  await receiver?.close();
  await service?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('the reels ended as they should', () => {
  expect(reels.map(({ status, failure }) => failure?.code ?? status)).toEqual([
    'succeeded',
    'succeeded',
    'unauthorized',
    'submit_outcome_unknown',
    'safety_input',
  ]);
});

// ---- logs ----------------------------------------------------------------------------------------------------

const lines = (output: string) =>
  output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('every line of both processes is JSON, and those about a reel name it', () => {
  for (const { output } of [api, worker]) {
    expect(output.split('\n').filter((line) => line !== '' && !line.startsWith('{'))).toEqual([]);
  }
  const ofReels = lines(worker.output).filter(({ workflowId }) => String(workflowId).startsWith('reel-'));
  expect(ofReels.length).toBeGreaterThan(20);
  expect(ofReels.filter(({ reelId }) => reelId === undefined)).toEqual([]);
});

test('a call to Runway is a line with reel, generation, Runway task and request ID', () => {
  const [reel] = reels;
  const calls = lines(worker.output).filter(({ call, reelId }) => call !== undefined && reelId === reel?.id);
  const [generation] = reel?.generations ?? [];
  const named = {
    generation: 1,
    runwayTaskId: generation?.runwayTaskId,
    runwayRequestId: expect.any(String) as string,
    status: 200,
  };
  expect(calls).toContainEqual(expect.objectContaining({ ...named, call: 'submit', level: 'info' }));
  expect(calls).toContainEqual(expect.objectContaining({ ...named, call: 'read_task', level: 'debug' }));
});

test('an answer of the API is a line with the ID that its caller was told', () => {
  const answered = lines(api.output).filter(({ msg }) => msg === 'answered');
  const [reel] = reels;
  expect(answered).toContainEqual(
    expect.objectContaining({ reelId: reel?.id, client: 'site', requestId: expect.any(String) as string }),
  );
  // Also the one that made it.
  expect(answered).toContainEqual(
    expect.objectContaining({ reelId: reel?.id, method: 'POST', path: '/v1/reels', status: 202 }),
  );
});

// ---- metrics -------------------------------------------------------------------------------------------------

test('the worker shows what became of reels and generations', () => {
  for (const line of [
    /^durable_reels_reels_ended_total\{.*failure_code="none".*status="succeeded".*\} 2$/m,
    /^durable_reels_reels_ended_total\{.*failure_code="safety_input".*status="failed".*\} 1$/m,
    /^durable_reels_reels_rescued_total\{.*failure_code="internal_error".*regenerations="2".*\} 1$/m,
    /^durable_reels_generations_ended_total\{.*failure_code="internal_error".*model="veo3.1_fast".*\} 2$/m,
    /^durable_reels_lost_answers_total\{.*settled="abandoned".*\} 1$/m,
    /^durable_reels_credits_charged_total\{.*\} \d+$/m,
    /^durable_reels_credits_uncertain_total\{.*\} 80$/m,
    /^durable_reels_phase_duration_seconds_count\{.*phase="waiting_to_retry".*\} \d+$/m,
    /^durable_reels_phase_duration_seconds_count\{.*phase="running".*\} \d+$/m,
    /^durable_reels_completion_lag_seconds_count\{.*\} 2$/m,
    /^durable_reels_runway_calls_total\{.*call="submit".*status="401".*\} 1$/m,
    /^durable_reels_webhook_tries_total\{.*outcome="delivered".*\} 1$/m,
    /^durable_reels_webhooks_ended_total\{.*outcome="delivered".*\} 1$/m,
  ]) {
    expect(workerFigures).toMatch(line);
  }
});

const shown = (figures: string) => new Set([...figures.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));

test('every metric that the documents name is there, and those of Temporal too', () => {
  const expected = [...Object.values(WORKER_METRICS).map(({ name }) => name), ...TEMPORAL_METRICS];
  expect(expected.filter((name) => !shown(workerFigures).has(name))).toEqual([]);
  const ofApi = Object.values(API_METRICS).map(({ name }) => name);
  expect(ofApi.filter((name) => !shown(apiFigures).has(name))).toEqual([]);
});

test('the figures of the API are for admins', () => {
  expect(refused).toBe(403);
});

test('no label holds an ID', () => {
  const figures = workerFigures + apiFigures;
  for (const { id, generations } of reels) {
    expect(figures).not.toContain(id);
    for (const { runwayTaskId } of generations) expect(figures).not.toContain(runwayTaskId ?? 'undefined');
  }
});

test('the API shows how reels, money and parts stand', () => {
  for (const line of [
    'durable_reels_reels{status="succeeded"} 2',
    'durable_reels_reels{status="failed"} 3',
    'durable_reels_reels{status="needs_decision"} 0',
    'durable_reels_failed_reels{failure_code="unauthorized"} 1',
    'durable_reels_credits_24h{kind="uncertain"} 80',
    'durable_reels_daily_budget_credits 2000',
    'durable_reels_part_up{part="worker"} 1',
    'durable_reels_http_requests_total{method="POST",route="/v1/reels",status="202"} 5',
  ]) {
    expect(apiFigures).toContain(`${line}\n`);
  }
  expect(apiFigures).toMatch(/^durable_reels_runway_credit_balance [1-9]\d*$/m);
  expect(apiFigures).toMatch(/^durable_reels_data_free_bytes [1-9]/m);
});

// ---- traces --------------------------------------------------------------------------------------------------

test('one trace leads from the POST through the workflow to each call to Runway', () => {
  const [reel] = reels;
  const traced = traces.spans.find(({ attributes }) => attributes['workflowId'] === `reel-${reel?.id}`);
  const spans = traces.spans.filter(({ traceId }) => traceId === traced?.traceId);
  const names = new Set(spans.map(({ name }) => name));
  for (const name of [
    'POST /v1/reels',
    'StartWorkflow:generateReel',
    'RunWorkflow:generateReel',
    'StartActivity:submitGeneration',
    'RunActivity:submitGeneration',
    'RunActivity:awaitGeneration',
    'RunActivity:storeOutput',
    'runway submit',
    'runway read_task',
  ]) {
    expect(names).toContain(name);
  }
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const way = (span: (typeof spans)[number] | undefined): string[] =>
    span ? [span.name, ...way(byId.get(span.parentSpanId ?? ''))] : [];
  const submit = spans.find(({ name }) => name === 'runway submit');
  expect(way(submit)).toEqual([
    'runway submit',
    'RunActivity:submitGeneration',
    'StartActivity:submitGeneration',
    'RunWorkflow:generateReel',
    'StartWorkflow:generateReel',
    'POST /v1/reels',
  ]);
  expect(submit?.attributes).toMatchObject({
    'http.request.method': 'POST',
    'http.response.status_code': 200,
    'runway.request_id': expect.any(String) as string,
  });
});

test('no span tells what a caller asked for', () => {
  expect(traces.raw).not.toContain(PLAIN);
});

// ---- the runbook ---------------------------------------------------------------------------------------------

test('Temporal understands every query of the runbook', async () => {
  const sections = read('docs/runbook.md').match(/^\*\*Query\.\*\*[^]*?\n\n/gm) ?? [];
  const queries = sections.flatMap(codeIn).filter((code) => / (?:=|IN|>) /.test(code));
  expect(queries.length).toBeGreaterThan(10);
  for (const query of queries) {
    await expect(service.env.client.workflow.count(query)).resolves.toHaveProperty('count');
  }
});

// ---- secrets -------------------------------------------------------------------------------------------------

test('no secret is in a log line, an answer, a trace, a metric, a history, the database or the data folder', async () => {
  const places = new Map([
    ['logs', api.output + worker.output],
    ['answers', answers],
    ['traces', traces.raw],
    ['metrics', workerFigures + apiFigures],
    ['histories', await histories()],
    ['database', filesIn(folder, (name) => name.startsWith('temporal.db'))],
    ['data', filesIn(path.join(folder, 'data'), () => true)],
  ]);
  const found = [...places].flatMap(([place, text]) =>
    Object.entries(CANARIES).flatMap(([name, secret]) =>
      [secret, Buffer.from(secret).toString('base64').replace(/=+$/, '').slice(0, -1)]
        .filter((form) => text.includes(form))
        .map(() => `${name} in ${place}`),
    ),
  );
  expect(found).toEqual([]);
  // The search finds what is there.
  for (const place of ['answers', 'histories', 'database', 'data']) {
    expect([place, places.get(place)?.includes(PLAIN)]).toEqual([place, true]);
  }
  // Nor any signed link, but where its caller is answered.
  for (const place of ['logs', 'traces', 'metrics', 'histories', 'database']) {
    expect([place, /[?&](?:signature|_jwt)=(?!\[)/.exec(places.get(place) ?? '')]).toEqual([place, null]);
  }
});

/** All histories, payloads decoded: what Temporal's UI shows. */
async function histories(): Promise<string> {
  const { client } = service.env;
  const texts: string[] = [];
  for await (const { workflowId, memo } of client.workflow.list()) {
    const history = await client.workflow.getHandle(workflowId).fetchHistory();
    texts.push(
      JSON.stringify(memo),
      JSON.stringify(history, (_key, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString() : value,
      ),
    );
  }
  expect(texts.length).toBeGreaterThan(10);
  return texts.join('\n');
}

function filesIn(root: string, wanted: (name: string) => boolean): string {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && wanted(entry.name));
  return files.map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1')).join('\n');
}
