/** Each scenario of the simulator does on the wire what its name says. */
import { type Simulator, startSimulator } from '../../src/simulator/server';
import { SCENARIOS } from '../../src/simulator/scenarios/scenarios';

/** Nothing but `slow-answer` takes real time; the clock stands still between reads. */
const TASK_SECONDS = 1;

/** What is seen of a scenario, in order. Absent: nothing unusual is expected there. */
interface Expected {
  /** Answers to POSTs with one prompt. Default: one that is answered properly. */
  posts?: string[];
  /** Tasks that exist after these POSTs. Default: as many as POSTs were answered properly. */
  tasks?: number;
  /** How each of these tasks ends. Default: each SUCCEEDED. */
  ends?: string[];
  /** Reads of the last task, half a task's length apart, the first at once. */
  reads?: string[];
  /** Downloads, each of a fresh URL, after the last task has ended. */
  downloads?: string[];
  deletes?: string[];
  more?: Record<string, unknown>;
}

const OK = 'ok';
const CLIP = '200 video/mp4 silent 720x1280';
const INTERNAL = 'FAILED INTERNAL {"code":13,"message":"Internal error. Please try again later."} free';
const failed = (code: string, charged: 'free' | 'charged' = 'free') => `FAILED ${code} ${charged}`;
const lost = (how: string): Expected => ({ posts: [how, OK], tasks: 1 });
const lostWithTask = (how: string): Expected => ({ posts: [how, OK], tasks: 2 });
const refused = (answer: string, count = 2): Expected => ({
  posts: Array<string>(count).fill(answer),
  tasks: 0,
});
const NO_CREDITS = '400 You do not have enough credits to run this task.';
const DAILY = '429 Your daily task limit has been reached.';

const EXPECTED: Record<string, Expected> = {
  'internal-once': { posts: [OK, OK, OK], ends: [INTERNAL, 'SUCCEEDED', INTERNAL] },
  'internal-twice': { posts: [OK, OK, OK, OK], ends: [INTERNAL, INTERNAL, 'SUCCEEDED', INTERNAL] },
  'internal-three-times': { posts: [OK, OK, OK, OK], ends: [INTERNAL, INTERNAL, INTERNAL, 'SUCCEEDED'] },
  'internal-always': { posts: [OK, OK, OK], ends: [INTERNAL, INTERNAL, INTERNAL] },
  'internal-with-audio': { ends: [INTERNAL], more: { audio: true } },
  'internal-long-prompt': {
    ends: [INTERNAL],
    more: { promptText: `#internal-long-prompt ${'x'.repeat(200)}` },
  },
  'model-down': { ends: [INTERNAL] },
  incident: { posts: [OK, OK], ends: [INTERNAL, 'SUCCEEDED'] },
  'codeless-once': { posts: [OK, OK], ends: [failed('-'), 'SUCCEEDED'] },
  'codeless-always': { posts: [OK, OK], ends: [failed('-'), failed('-')] },
  'input-internal-once': { posts: [OK, OK], ends: [failed('INPUT_PREPROCESSING.INTERNAL'), 'SUCCEEDED'] },
  'bad-output': { ends: [failed('INTERNAL.BAD_OUTPUT.CODE01')] },
  'bad-output-01': { ends: [failed('INTERNAL.BAD_OUTPUT.01')] },
  'input-preprocessing': { ends: [failed('INPUT_PREPROCESSING.SAFETY.TEXT', 'charged')] },
  'safety-input': { ends: [failed('SAFETY.INPUT.TEXT', 'charged')] },
  'safety-output': { ends: [failed('SAFETY.OUTPUT.VIDEO', 'charged')] },
  'asset-invalid': { ends: [failed('ASSET.INVALID')] },
  'third-party-once': { posts: [OK, OK], ends: [failed('THIRD_PARTY.UNAVAILABLE'), 'SUCCEEDED'] },
  'third-party': { ends: [failed('THIRD_PARTY.UNAVAILABLE')] },
  'unknown-failure': { ends: [failed('COSMIC.RAYS', 'charged')] },
  'cancelled-by-runway': { ends: ['CANCELLED free'] },

  'http-400': refused('400 Validation of body failed [promptText]'),
  'no-credits': refused(NO_CREDITS),
  'credits-run-out': { posts: [OK, NO_CREDITS], ends: [INTERNAL] },
  'http-401': refused('401 Invalid API key.'),
  'http-402': refused('402 Payment required.'),
  'http-403': refused('403 You do not have access to this resource.'),
  'http-404': refused('404 Not found'),
  'http-405': refused('405 Method not allowed'),
  'http-413': refused('413 Request entity too large'),
  'http-422': refused('422 Unprocessable entity'),
  '429-once': { posts: ['429 Too many requests. after 1 s', OK] },
  '429-date': { posts: ['429 Too many requests. at a date', OK] },
  '429-three-times': { posts: [...Array<string>(3).fill('429 Too many requests.'), OK] },
  '429-gateway': { posts: ['429 Too Many Requests', '429 Too Many Requests', OK] },
  '403-gateway': refused('403 Forbidden'),
  'http-410': refused('410 This model was removed'),
  'http-415': refused('415 Unsupported Media Type'),
  '429-daily': { posts: [DAILY, DAILY, OK] },
  '429-always': refused(DAILY, 4),
  '500-once': { posts: ['500 Internal server error', OK] },
  '500-always': refused('500 Internal server error', 4),
  '502-once': { posts: ['502 Bad gateway', OK] },
  '503-once': { posts: ['503 Service unavailable', OK] },
  '503-always': refused('503 Service unavailable', 4),

  'lost-close': lost('closed'),
  'lost-reset': lost('reset'),
  'lost-reset-with-task': lostWithTask('reset'),
  'lost-hang': lost('no answer'),
  'lost-hang-with-task': lostWithTask('no answer'),
  'lost-408': lost('408 Request timeout'),
  'lost-409': lost('409 Conflict'),
  'lost-504': lost('504 HTML'),
  'lost-504-with-task': lostWithTask('504 HTML'),
  'lost-502-gateway': lostWithTask('502 Bad Gateway'),
  'lost-500-html': lost('500 HTML'),
  'lost-502-html': lost('502 HTML'),
  'lost-503-html': lostWithTask('503 HTML'),
  'lost-cut': lostWithTask('breaks off'),
  'lost-cut-in-id': lostWithTask('breaks off'),
  'lost-cut-quietly': lostWithTask('200 no JSON, ID inside, no length'),
  'lost-cut-quietly-in-id': lostWithTask('200 no JSON, no length'),
  'lost-json': lostWithTask('200 no JSON, ID inside'),
  'lost-json-without-id': lostWithTask('200 no JSON'),
  'lost-html': lostWithTask('200 HTML'),
  'lost-204': lostWithTask('204'),
  'lost-redirect': lost('307 to /_simulator/redirected'),
  'slow-answer': { posts: [OK] },

  slow: { reads: ['PENDING', 'RUNNING', 'RUNNING', 'RUNNING'] },
  throttled: {
    reads: ['THROTTLED', 'THROTTLED', 'THROTTLED', 'THROTTLED', 'PENDING', 'RUNNING', 'SUCCEEDED'],
  },
  'throttled-forever': { reads: ['THROTTLED', 'THROTTLED', 'THROTTLED', 'THROTTLED'] },
  'pending-forever': { reads: ['PENDING', 'PENDING', 'PENDING', 'PENDING'] },
  stuck: { reads: ['PENDING', 'RUNNING 0.37', 'RUNNING 0.37', 'RUNNING 0.37'] },
  'progress-negative': { reads: ['PENDING', 'RUNNING -1', 'SUCCEEDED'] },
  'progress-over-one': { reads: ['PENDING', 'RUNNING 2', 'SUCCEEDED'] },
  'progress-nan': { reads: ['PENDING', 'RUNNING null', 'SUCCEEDED'] },
  'progress-backwards': { reads: ['PENDING', 'RUNNING', 'SUCCEEDED'] },

  'polls-bad': {
    reads: [
      'reset',
      '500 Internal server error',
      '200 HTML',
      '200 no JSON',
      '429 Too many requests. after 1 s',
      'closed',
      'SUCCEEDED',
    ],
  },
  'polls-401': { reads: [...Array<string>(3).fill('401 Invalid API key.'), 'SUCCEEDED'] },
  'polls-402': { reads: [...Array<string>(3).fill('402 Payment required.'), 'SUCCEEDED'] },
  'polls-403': {
    reads: [...Array<string>(3).fill('403 You do not have access to this resource.'), 'SUCCEEDED'],
  },
  'polls-404': { reads: [...Array<string>(3).fill('404 Could not find Task'), 'SUCCEEDED'] },
  'polls-404-forever': { reads: Array<string>(6).fill('404 Could not find Task') },
  'polls-hang': { reads: ['no answer', 'RUNNING', 'SUCCEEDED'] },
  'cancelled-in-one-l': { reads: ['CANCELED', 'CANCELED'] },
  'unknown-status-forever': { reads: Array<string>(6).fill('PREPARING') },
  'failure-emoji': { ends: [failed('ASSET.INVALID')] },
  'failure-broken': { ends: [failed('ASSET.INVALID')] },
  'unknown-status': { reads: ['PREPARING', 'PREPARING', 'PREPARING', 'SUCCEEDED'] },

  'output-truncated-once': { downloads: ['breaks off', CLIP] },
  'output-truncated-always': { downloads: ['breaks off', 'breaks off', 'breaks off'] },
  'output-cut-quietly': { downloads: ['200 video/mp4 unreadable', CLIP] },
  'output-expired': { downloads: ['403', CLIP] },
  'output-500-once': { downloads: ['500', CLIP] },
  'output-hang': { downloads: ['no answer', CLIP] },
  'output-html': { downloads: ['200 text/html unreadable', '200 text/html unreadable'] },
  'output-html-eight-times': {
    downloads: [...Array<string>(8).fill('200 text/html unreadable'), CLIP],
  },
  'output-json': { downloads: [...Array<string>(3).fill('200 application/json unreadable'), CLIP] },
  'output-404': { downloads: ['404', '404', '404', CLIP] },
  'output-redirect': { downloads: [CLIP] },
  'output-redirects': { downloads: ['fetch failed undefined'] },
  'output-drip': { downloads: ['no answer', CLIP] },
  'output-html-as-mp4': { downloads: ['200 video/mp4 unreadable', CLIP] },
  'output-wrong-type': { downloads: [CLIP.replace('video/mp4', 'application/octet-stream')] },
  'output-landscape': { downloads: ['200 video/mp4 silent 1280x720'] },
  'output-prores': { downloads: ['200 video/mp4 silent 64x112'] },
  'output-unasked-audio': { downloads: ['200 video/mp4 sound 720x1280'] },
  'output-empty': { downloads: ['output []'] },
  'output-null': { downloads: ['output null'] },
  'output-two': { downloads: [`${CLIP} and ${CLIP}`] },

  'price-mismatch': { ends: ['SUCCEEDED 240'] },
  'delete-500-once': { deletes: ['500 Internal server error', '204', '404 Could not find Task'] },
  'delete-lost': { deletes: ['reset', '404 Could not find Task'] },
};

let simulator: Simulator;
beforeAll(async () => {
  const startedAt = Date.now();
  simulator = await startSimulator({ taskSeconds: TASK_SECONDS, clock: () => startedAt });
});
afterAll(() => simulator.close());

test('each scenario is expected, and nothing else', () => {
  expect(Object.keys(EXPECTED).sort()).toEqual(SCENARIOS.map(({ name }) => name).sort());
});

test.each(SCENARIOS.map(({ name, scenario }) => [name, scenario.about] as const))('#%s: %s', async (name) => {
  const expected = EXPECTED[name] ?? {};
  const body = {
    model: 'veo3.1_fast',
    ratio: '720:1280',
    audio: false,
    promptText: `a paper boat #${name} on a lake, with #hashtags`,
    ...expected.more,
  };
  const postsBefore = simulator.ledger().posts.length;

  const posts: string[] = [];
  for (const wanted of expected.posts ?? [OK]) {
    const request = { method: 'POST', body: JSON.stringify(body) };
    const { seen, json } = await call('/v1/text_to_video', request, wanted);
    posts.push(seen === '200 JSON' && typeof json?.['id'] === 'string' ? OK : seen);
  }
  expect(posts).toEqual(expected.posts ?? [OK]);
  const ids = simulator
    .ledger()
    .posts.slice(postsBefore)
    .flatMap(({ taskId }) => taskId ?? []);
  expect(ids).toHaveLength(expected.tasks ?? posts.filter((post) => post === OK).length);

  const last = ids.at(-1) ?? '';
  if (expected.reads) expect(await readEachHalf(last, expected.reads)).toEqual(expected.reads);
  if (expected.deletes) {
    const deletes = [];
    for (const _ of expected.deletes)
      deletes.push((await call(`/v1/tasks/${last}`, { method: 'DELETE' })).seen);
    expect(deletes).toEqual(expected.deletes);
    expect(simulator.ledger().tasks.at(-1)?.status).toBe('DELETED');
  }
  if (expected.reads || expected.deletes) return;

  simulator.advance(TASK_SECONDS);
  const ends = [];
  for (const id of expected.downloads ? [] : ids)
    ends.push(endOf((await call(`/v1/tasks/${id}`)).json ?? {}));
  if (!expected.downloads) expect(ends).toEqual(expected.ends ?? ids.map(() => 'SUCCEEDED'));
  const downloads = [];
  for (const wanted of expected.downloads ?? []) downloads.push(await download(last, wanted));
  expect(downloads).toEqual(expected.downloads ?? []);
});

test.each([
  ['internal-with-audio', { audio: false }],
  ['model-down', { model: 'veo3.1' }],
])('#%s fails only what it applies to', async (name, other) => {
  const body = { model: 'veo3.1_fast', ratio: '720:1280', promptText: `#${name}`, ...other };
  const { json } = await call('/v1/text_to_video', { method: 'POST', body: JSON.stringify(body) });
  simulator.advance(TASK_SECONDS);
  expect((await call(`/v1/tasks/${String(json?.['id'])}`)).json).toMatchObject({ status: 'SUCCEEDED' });
});

test('#incident brings an incident that passes', async () => {
  const incidents = async () => (await call('/status/api/v2/summary.json')).json?.['incidents'];
  const own = await startSimulator({ taskSeconds: TASK_SECONDS, clock: () => 0 });
  await simulator.close();
  simulator = own;
  const body = { model: 'veo3.1_fast', ratio: '720:1280', promptText: '#incident' };
  await call('/v1/text_to_video', { method: 'POST', body: JSON.stringify(body) });
  expect(await incidents()).toEqual([]);
  simulator.advance(TASK_SECONDS);
  expect(await incidents()).toHaveLength(1);
  simulator.advance(2 * TASK_SECONDS);
  expect(await incidents()).toEqual([]);
});

test('the page and the list show every scenario', async () => {
  const page = await (await fetch(`${simulator.url}/`)).text();
  const list = await (await fetch(`${simulator.url}/_simulator/scenarios`)).json();
  expect(list).toHaveLength(SCENARIOS.length);
  for (const { name, scenario } of SCENARIOS) {
    expect(scenario.about).not.toBe('');
    expect(list).toContainEqual(expect.objectContaining({ name, about: scenario.about }));
    expect(page).toContain(`A paper boat #${name}&#34;`);
  }
});

interface Seen {
  /** What a client notices, in a few words. */
  readonly seen: string;
  readonly json?: Record<string, unknown>;
}

async function call(path: string, init: RequestInit = {}, wanted?: string): Promise<Seen> {
  const headers = {
    authorization: 'Bearer key_practice',
    'x-runway-version': '2024-11-06',
    'content-type': 'application/json',
  };
  return notice(wanted, async (signal) => {
    const response = await fetch(simulator.url + path, { redirect: 'manual', headers, signal, ...init });
    const text = await response.text();
    const { status } = response;
    const location = response.headers.get('location');
    if (location !== null) return { seen: `${status} to ${location}` };
    if (status === 204) return { seen: '204' };
    if (response.headers.get('content-type') === 'text/html') return { seen: `${status} HTML` };
    const noLength = response.headers.get('content-length') === null ? ', no length' : '';
    try {
      const json = JSON.parse(text) as Record<string, unknown>;
      return status === 200
        ? { seen: '200 JSON', json }
        : { seen: `${status} ${describeError(json, response)}` };
    } catch {
      return {
        seen: `${status} no JSON${/^\{"id":"[0-9a-f-]{36}",/.test(text) && /estim/.test(text) ? ', ID inside' : ''}${noLength}`,
      };
    }
  });
}

/** Where no answer is expected, the request is given up as soon as the books say that none will come. */
async function notice(
  wanted: string | undefined,
  request: (signal: AbortSignal) => Promise<Seen>,
): Promise<Seen> {
  const abort = new AbortController();
  if (wanted === 'no answer') {
    const hangs = () => JSON.stringify(simulator.ledger()).split(/"(?:hang|drip)"/).length;
    const before = hangs();
    void simulator.until(() => hangs() > before).then(() => abort.abort());
  }
  try {
    return await request(abort.signal);
  } catch (error) {
    return { seen: abort.signal.aborted ? 'no answer' : connectionFault(error as Error) };
  }
}

function connectionFault({ message, cause }: Error): string {
  if (message === 'terminated') return 'breaks off';
  const { code } = cause as { code?: string };
  return { ECONNRESET: 'reset', UND_ERR_SOCKET: 'closed' }[code ?? ''] ?? `${message} ${code}`;
}

function describeError(
  { error, message, title, issues }: Record<string, unknown>,
  { headers }: Response,
): string {
  const fields = Array.isArray(issues) ? ` [${issues.flatMap(({ path }: { path: string[] }) => path)}]` : '';
  const after = headers.get('retry-after');
  const wait =
    after === null
      ? ''
      : /^\d+$/.test(after)
        ? ` after ${after} s`
        : Date.parse(after) > 0
          ? ' at a date'
          : ' ?';
  return String(error ?? message ?? title) + fields + wait;
}

async function readEachHalf(id: string, expected: readonly string[]): Promise<string[]> {
  const reads: string[] = [];
  for (const wanted of expected) {
    const { seen, json } = await call(`/v1/tasks/${id}`, {}, wanted);
    const status = json === undefined ? seen : String(json['status']);
    // Progress is compared only where the scenario is about it.
    reads.push(wanted.startsWith('RUNNING ') ? `${status} ${String(json?.['progress'])}` : status);
    simulator.advance(TASK_SECONDS / 2);
  }
  return reads;
}

function endOf(task: Record<string, unknown>): string {
  const { status, failure, failureCode } = task as Record<string, string | undefined>;
  const { credits } = task['cost'] as { credits: number };
  const inner = /\{.*\}/.exec(failure ?? '')?.[0];
  const charged = credits === 0 ? 'free' : 'charged';
  if (status === 'SUCCEEDED') return credits === 240 ? 'SUCCEEDED 240' : 'SUCCEEDED';
  const code = status === 'FAILED' ? [failureCode ?? '-'] : [];
  return [status, ...code, ...(inner === undefined ? [] : [inner]), charged].join(' ');
}

async function download(id: string, wanted: string): Promise<string> {
  const { json } = await call(`/v1/tasks/${id}`);
  const output = json?.['output'] as string[] | null;
  if (output === null || output.length === 0) return `output ${JSON.stringify(output)}`;
  const clips: string[] = [];
  for (const url of output) {
    const { seen } = await notice(wanted, async (signal) => {
      const response = await fetch(url, { signal });
      const bytes = await response.arrayBuffer();
      if (response.status !== 200) return { seen: String(response.status) };
      return { seen: `200 ${response.headers.get('content-type')} ${await describeClip(bytes)}` };
    });
    clips.push(seen);
  }
  return clips.join(' and ');
}

async function describeClip(bytes: ArrayBuffer): Promise<string> {
  const { ALL_FORMATS, BufferSource, Input } = await import('mediabunny');
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(bytes) });
  try {
    const video = await input.getPrimaryVideoTrack();
    const audio = await input.getPrimaryAudioTrack();
    // The header comes first in the file: only reading to the end tells that a part is missing.
    await input.computeDuration();
    const whole = bytes.byteLength > 0 && endsWithWholeBox(new DataView(bytes));
    return video && whole
      ? `${audio ? 'sound' : 'silent'} ${video.displayWidth}x${video.displayHeight}`
      : 'unreadable';
  } catch {
    return 'unreadable';
  }
}

/** An MP4 file is a row of boxes with their sizes. */
function endsWithWholeBox(view: DataView): boolean {
  let at = 0;
  while (at + 8 <= view.byteLength) at += Math.max(8, view.getUint32(at));
  return at === view.byteLength;
}
