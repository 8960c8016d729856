/** The command line against an HTTP server that answers as the service does, and against ones that do not. */
import type { CatalogEntry } from '../contract/schemas/failure';
import { closeServers, fakeService, listen, runCommand as run, type Seen } from '../../test/support/cli';
import type { Reel } from '../contract/schemas/reel';

afterEach(closeServers);

/** A service that gives every request the same answer. */
function serving(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ url: string; seen: Seen[] }> {
  return fakeService(() => ({ status, body, headers }));
}

const ENTRY: CatalogEntry = {
  code: 'internal_error',
  title: 'Runway had an internal error',
  category: 'service',
  verdict: 'regenerate',
  charge: 'refunded',
  cause: 'Runway accepted the task, began it and failed it without a reason.',
  handling: 'Waits and generates again.',
  advice: ['Make it again later.', 'Look at the status page.'],
  failureCodes: ['INTERNAL'],
};

const REEL: Reel = {
  id: 'abc',
  status: 'needs_decision',
  phase: 'submitting',
  simulated: false,
  warnings: [],
  progress: 0,
  createdAt: '2026-11-23T07:00:00.000Z',
  updatedAt: '2026-11-23T07:00:00.000Z',
  request: {
    promptText: 'A paper boat',
    model: 'veo3.1_fast',
    ratio: '720:1280',
    duration: 8,
    audio: 'none',
    title: 'Boat \u001b[31mred',
  },
  generations: [
    {
      number: 1,
      model: 'veo3.1_fast',
      changes: [],
      status: 'uncertain',
      estimatedCredits: 80,
      startedAt: '2026-11-23T07:00:01.000Z',
    },
  ],
  decision: {
    generation: 1,
    since: '2026-11-23T07:02:00.000Z',
    until: '2026-11-30T07:02:00.000Z',
    evidence: { gatheredAt: '2026-11-23T07:02:00.000Z', otherSubmits: 0, says: 'unclear' },
    choices: [{ action: 'adopt', text: 'Use the task that you found.', atMostCredits: 0 }],
  },
  credits: { estimated: 80, charged: 0, uncertain: 80 },
  links: {
    self: 'http://127.0.0.1:3000/v1/reels/abc',
    events: 'http://127.0.0.1:3000/v1/reels/abc/events',
  },
};

describe('explain', () => {
  test('prints an entry with what to do as a numbered list', async () => {
    const { url, seen } = await serving(200, { entries: [ENTRY] });
    const { code, out, err } = await run(['explain', 'SAFETY.INPUT/TEXT', '--url', url]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(seen[0]?.url).toBe('/v1/errors/SAFETY.INPUT%2FTEXT');
    expect(out).toBe(
      `Runway had an internal error
code      internal_error
concerns  service
seen as   failureCode INTERNAL

What it means
  Runway accepted the task, began it and failed it without a reason.

What the service does
  Waits and generates again.

What you can do
  1. Make it again later.
  2. Look at the status page.

Money
  Runway gives the credits of the failed generation back.
`,
    );
  });

  test('prints every entry that a status can mean', async () => {
    const { url } = await serving(200, { entries: [ENTRY, { ...ENTRY, title: 'Another' }] });
    const { out } = await run(['explain', '400', '--url', url]);
    expect(out).toMatch(/Runway had an internal error[^]+Another/);
  });

  test('without a code lists all of them', async () => {
    const { url, seen } = await serving(200, { entries: [ENTRY, { ...ENTRY, code: 'stalled' }] });
    const { code, out } = await run(['explain', '--url', url]);
    expect({ code, asked: seen[0]?.url }).toEqual({ code: 0, asked: '/v1/errors' });
    expect(out).toBe(`code            concerns  what it is
internal_error  service   Runway had an internal error
stalled         service   Runway had an internal error
`);
  });

  test('a code that the catalog does not know is refused with the command that lists what it knows', async () => {
    const problem = { title: 'No such code', detail: 'GET /v1/errors lists all.', code: 'error_not_found' };
    const { url } = await serving(404, problem);
    const { code, out, err } = await run(['explain', 'nonsense', '--url', url]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toBe(
      `Error: No failure is called "nonsense".\nAll of them: durable-reels explain --url ${url}\n`,
    );
    const { err: json } = await run(['explain', 'nonsense', '--url', url, '--json']);
    expect(JSON.parse(json)).toEqual(problem);
  });

  test('gives the answer itself with --json', async () => {
    const { url } = await serving(200, { entries: [ENTRY] });
    const { out } = await run(['--json', 'explain', '13'], { DURABLE_REELS_URL: `${url}/` });
    expect(JSON.parse(out)).toEqual({ entries: [ENTRY] });
  });

  test('has colours and short lines for a person, and no colours under NO_COLOR', async () => {
    const { url } = await serving(200, { entries: [ENTRY] });
    const screen = { isTTY: true, columns: 30 };
    const coloured = await run(['explain', '13', '--url', url], {}, { screen });
    expect(coloured.out).toContain('\u001b[1mRunway had an internal error\u001b[22m');
    const plain = await run(['explain', '13', '--url', url], { NO_COLOR: '1' }, { screen });
    expect(plain.out).not.toContain('\u001b');
    const body = plain.out.slice(plain.out.indexOf('What it means'));
    expect(Math.max(...body.split('\n').map((line) => line.length))).toBeLessThanOrEqual(30);
  });
});

describe('a reel', () => {
  test('show says what needs a decision, with the command to type', async () => {
    const { url } = await serving(200, REEL);
    const { out } = await run(['show', 'abc', '--url', url]);
    expect(out).toContain('durable-reels resolve abc --adopt <Operation ID>');
    expect(out).toContain('charged    $0.00 (0 credits), and perhaps $0.80 (80 credits) more');
  });

  test('show says why it failed, what Runway showed then, and what to do', async () => {
    const failure = {
      code: 'insufficient_credits',
      title: 'Your Runway API credits are used up',
      message: 'The balance does not cover the task. Nothing was charged.',
      advice: ['Buy API credits.', 'Then make the reel again.'],
      account: { creditBalance: 40 },
      service: { status: 'operational' },
    };
    const { decision: _, ...rest } = REEL;
    const { url } = await serving(200, { ...rest, status: 'failed', failure });
    const { out } = await run(['show', 'abc', '--url', url]);
    expect(out).toContain(`What Runway showed then
  credits left: $0.40 (40 credits)
  API: operational

What you can do
  1. Buy API credits.
  2. Then make the reel again.
`);
  });

  test('an Operation ID stays in one piece on a narrow screen, ready to be copied', async () => {
    const runwayTaskId = 'edd74290-dc84-48f2-b542-1ca24e4ab0e2';
    const generations = REEL.generations.map((generation) => ({ ...generation, runwayTaskId }));
    const { url } = await serving(200, { ...REEL, generations });
    const { out } = await run(
      ['show', 'abc', '--url', url],
      { NO_COLOR: '1' },
      { screen: { isTTY: true, columns: 60 } },
    );
    const line = out.split('\n').find((each) => each.includes(runwayTaskId));
    expect(line?.length).toBeLessThanOrEqual(60);
  });

  test('what others wrote cannot repaint the terminal', async () => {
    const answers = { list: { reels: [REEL], nextCursor: null }, 'show abc': REEL };
    for (const [command, answer] of Object.entries(answers)) {
      const { url } = await serving(200, answer);
      const { out } = await run([...command.split(' '), '--url', url]);
      expect(out).toContain('Boat [31mred');
    }
  });

  test('list and show say of reels of the simulator that nothing is charged, and where its books are', async () => {
    const simulated = { ...REEL, id: 'sim-abc', simulated: true };
    const page = await serving(200, { reels: [REEL, simulated], nextCursor: null });
    const one = await serving(200, simulated);
    expect((await run(['list', '--url', page.url])).out).toMatch(/sim-[^]+nothing is charged for them\.\n$/);
    expect((await run(['show', 'sim-abc', '--url', one.url])).out).toMatch(
      /nothing is charged\.[^]+\/_simulator\/ledger/,
    );

    const real = await serving(200, { reels: [REEL], nextCursor: null });
    const asking = await serving(200, REEL);
    expect((await run(['list', '--url', real.url])).out).not.toContain('simulator');
    expect((await run(['show', 'abc', '--url', asking.url])).out).not.toContain('simulator');
  });

  test('list sends its options as filters', async () => {
    const { url, seen } = await serving(200, { reels: [REEL], nextCursor: 'next-1' });
    const { out } = await run([
      'list',
      '--url',
      url,
      '--uncertain',
      '--failure-code',
      'stalled',
      '--limit',
      '5',
    ]);
    expect(seen[0]?.url).toBe('/v1/reels?uncertain=true&failureCode=stalled&limit=5');
    expect(out).toMatch(/^abc +needs_decision +2026-11-23 07:00:00 UTC +\$0\.00 \(0 credits\) \+ 80\? /m);
    expect(out).toContain('--cursor next-1');
  });

  test('list finds by words, times and pairs', async () => {
    const { url, seen } = await serving(200, { reels: [REEL], nextCursor: null });
    const options = [
      '--find',
      'snow & ice',
      '--created-after',
      '2025-12-01',
      '--metadata',
      'a=b',
      '--metadata',
      'c=d',
    ];
    await run(['list', '--url', url, ...options]);
    expect(seen[0]?.url).toBe('/v1/reels?createdAfter=2025-12-01&q=snow+%26+ice&metadata.a=b&metadata.c=d');
  });

  test('resolve sends one decision', async () => {
    const { url, seen } = await serving(202, REEL);
    await run(['resolve', 'abc', '--adopt', 'task-1', '--url', url], { DURABLE_REELS_KEY: 'secret' });
    expect(seen).toMatchObject([
      { method: 'POST', url: '/v1/reels/abc/resolve', headers: { authorization: 'Bearer secret' } },
    ]);
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ action: 'adopt', runwayTaskId: 'task-1' });
  });

  test('resolve without a decision, or with two, sends nothing', async () => {
    const { url, seen } = await serving(202, REEL);
    for (const flags of [[], ['--abandon', '--regenerate']]) {
      expect(await run(['resolve', 'abc', ...flags, '--url', url])).toMatchObject({ code: 2, out: '' });
    }
    expect(seen).toEqual([]);
  });

  test('remake sends an idempotency key, a new one each time unless one is given', async () => {
    const { url, seen } = await serving(202, REEL);
    await run(['remake', 'abc', '--url', url]);
    await run(['remake', 'abc', '--url', url]);
    await run(['remake', 'abc', '--idempotency-key', 'mine', '--url', url]);
    const keys = seen.map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(3);
    expect(keys[2]).toBe('mine');
  });

  test('a remake whose answer is lost names the key that makes sending it again safe', async () => {
    const url = await listen((req) => void req.socket.destroy());
    const { code, err } = await run(['remake', 'abc', '--url', url], {}, { patienceMs: 600 });
    expect(code).toBe(1);
    expect(err).toMatch(/--idempotency-key [0-9a-f-]{36}\n$/);
  });

  test('support prints the text to paste', async () => {
    const { url, seen } = await serving(200, 'Operation ID: task-1\n');
    expect(await run(['support', 'abc', '--url', url])).toMatchObject({
      code: 0,
      out: 'Operation ID: task-1\n',
    });
    expect(seen[0]).toMatchObject({ url: '/v1/reels/abc/support', headers: { accept: 'text/plain' } });
  });
});

test('account shows credits, limits of used models and an incident', async () => {
  const { url } = await serving(200, {
    at: '2026-11-23T07:00:00.000Z',
    account: {
      creditBalance: 420,
      models: {
        'veo3.1_fast': { dailyGenerations: 3, maxDailyGenerations: 50 },
        wan3: { dailyGenerations: 0 },
      },
    },
    service: { status: 'major_outage', incident: { name: 'API errors' } },
  });
  const { out } = await run(['account', '--url', url]);
  expect(out).toContain('$4.20 (420 credits)');
  expect(out).toContain('major outage: API errors');
  expect(out).toMatch(/veo3\.1_fast +3 of 50/);
  expect(out).not.toContain('wan3');
});

test('usage sets our figures beside those of Runway', async () => {
  const sums = { charged: 80, refunded: 160, uncertain: 80, open: 0 };
  const { url, seen } = await serving(200, {
    since: '2026-11-20T00:00:00.000Z',
    budget: { all: { committed: 320, limit: 2_000 }, own: { committed: 80 } },
    total: sums,
    days: [{ date: '2026-11-22', ...sums }],
    reels: [{ id: 'abc', at: '2026-11-22T07:00:00.000Z', model: 'veo3.1_fast', ...sums }],
    runway: { days: [{ date: '2026-11-21', models: { wan3: 10, 'veo3.1_fast': 5 } }] },
  });
  const { out } = await run(['usage', '--days', '4', '--url', url]);
  expect(seen[0]?.url).toBe('/v1/usage?days=4');
  expect(out).toMatch(/2026-11-22 +80 +160 +80 +0 +0\n2026-11-21 +0 +0 +0 +0 +15/);
  expect(out).toContain('durable-reels list --uncertain');
  expect(out).toMatch(/^last 24 hours +\$0\.80 \(80 credits\)$/m);
  expect(out).toMatch(/^of all reels +\$3\.20 \(320 credits\) of \$20\.00 \(2000 credits\)$/m);
});

describe('what goes wrong', () => {
  const PROBLEM = { title: 'No such reel', detail: 'Nobody ordered it.', code: 'reel_not_found' };

  test('a service that is not there fails with the cure', async () => {
    const url = await listen(() => undefined);
    await closeServers();
    const { code, out, err } = await run(['explain', '13', '--url', url]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(
      /cannot be reached \(ECONNREFUSED\)\.\nStart it with "npm start", or say where it is/,
    );
  });

  test.each([
    [404, 2],
    [503, 1],
  ])('a problem with %i ends with %i', async (status, expected) => {
    const { url } = await serving(status, PROBLEM);
    const { code, err } = await run(['explain', '13', '--url', url]);
    expect(code).toBe(expected);
    expect(err).toBe('Error: No such reel: Nobody ordered it.\n');
    const { err: json } = await run(['explain', '13', '--url', url, '--json']);
    expect(JSON.parse(json)).toEqual(PROBLEM);
  });

  test('a missing key says which variable to set', async () => {
    const { url } = await serving(401, { title: 'A key is needed' });
    const { code, err } = await run(['list', '--url', url]);
    expect(code).toBe(2);
    expect(err).toContain('DURABLE_REELS_KEY');
  });

  test.each([
    ['an error page', 502],
    ['a page', 200],
  ])('another program at the address is told from the service: %s', async (_name, status) => {
    const url = await listen((_req, res) =>
      res.writeHead(status, { 'content-type': 'text/html' }).end('<p>Hi'),
    );
    const { code, err } = await run(['list', '--url', url]);
    expect(code).toBe(1);
    expect(err).toContain('not as durable-reels does');
  });

  test('a redirect is not followed, so that the key goes nowhere else', async () => {
    const other = await serving(200, REEL);
    const { url } = await serving(308, {}, { location: `${other.url}/v1/reels/abc` });
    const { code, err } = await run(['show', 'abc', '--url', url], { DURABLE_REELS_KEY: 'secret' });
    expect(code).toBe(2);
    expect(err).toContain(`sends on to ${other.url}`);
    expect(other.seen).toEqual([]);
  });

  test.each([
    [['explain', '13', '14']],
    [['nonsense']],
    [['show', 'abc', '--nonsense']],
    [['list', '--url', 'host:1']],
    [[]],
  ])('a wrong command line is refused: %j', async (args) => {
    const { code, out, err } = await run(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).not.toBe('');
  });

  test('--help is no failure', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    expect(out).toContain('DURABLE_REELS_URL');
  });
});

test.each([false, true])(
  'colours in a wrong command line reach no terminal (a screen: %s)',
  async (isTTY) => {
    const screen = { isTTY, columns: 80 };
    const { code, err } = await run(['red \u001b[31m text'], {}, { screen });
    expect({ code, raw: err.includes('\u001b') }).toEqual({ code: 2, raw: false });
  },
);
