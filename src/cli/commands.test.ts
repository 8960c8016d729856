/** The commands that look after reels: made again, stopped, deleted, counted, and what a doctor finds. */
import { closeServers, type FakeAnswer, fakeService, runCommand as run } from '../../test/support/cli';

afterEach(closeServers);

const problem = (status: number, code: string, more = {}): FakeAnswer => ({
  status,
  body: { title: 'No', detail: `It is ${code}.`, code, ...more },
});

const failed = (id: string, hoursAgo: number, more = {}) => ({
  id,
  status: 'failed',
  finishedAt: new Date(Date.now() - hoursAgo * 3_600_000).toISOString(),
  request: { promptText: `Prompt of ${id}` },
  credits: { estimated: 80, charged: 0, uncertain: 0 },
  ...more,
});

describe('remake --code', () => {
  const pages: Record<string, unknown> = {
    first: { reels: [failed('c', 1), failed('b', 2, { remadeAs: ['x'] })], nextCursor: 'second' },
    second: { reels: [failed('old', 4)], nextCursor: 'third' },
    // Asked for long before it failed.
    third: { reels: [failed('older', 5), failed('a', 2.5)], nextCursor: null },
  };
  const outage = (
    onPost: (id: string) => FakeAnswer = (id) => ({ status: 202, body: { id: `new-${id}` } }),
  ) =>
    fakeService(({ method, url }) => {
      if (method === 'POST') return onPost(url.split('/')[3] ?? '');
      return { body: pages[new URL(url, 'http://x').searchParams.get('cursor') ?? 'first'] };
    });
  const args = ['remake', '--code', 'insufficient_credits', '--since', '3h'];

  test('lists, counts and prices what failed since then and was not made again, and makes nothing on --dry-run', async () => {
    const { url, seen } = await outage();
    const { code, out } = await run([...args, '--dry-run', '--url', url]);
    expect(code).toBe(0);
    expect(seen.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET']);
    expect(seen[0]?.url).toBe('/v1/reels?status=failed&failureCode=insufficient_credits&limit=100');
    expect(out).toMatch(/^a .*Prompt of a\nc /m);
    expect(out).not.toMatch(/^(?:b|old) /m);
    expect(out).toMatch(
      /2 reels failed with insufficient_credits since .*: \$1\.60 \(160 credits\).* 1 reel of them was/,
    );
  });

  test('asks first, and makes nothing where nobody agrees or nobody can', async () => {
    const { url, seen } = await outage();
    const questions: string[] = [];
    const ask = async (question: string) => {
      questions.push(question);
      return 'n';
    };
    expect(await run([...args, '--url', url], {}, { ask })).toMatchObject({ code: 2 });
    expect(questions).toEqual(['Make 2 reels for $1.60 (160 credits)? [y/N] ']);
    expect(await run([...args, '--url', url])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--yes') as string,
    });
    expect(seen.some(({ method }) => method === 'POST')).toBe(false);
  });

  test('makes them again, the oldest first, with keys that make a repeat harmless', async () => {
    const { url, seen } = await outage();
    const { code, out } = await run([...args, '--yes', '--json', '--url', url]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      count: 2,
      credits: 160,
      made: [
        { from: 'a', id: 'new-a' },
        { from: 'c', id: 'new-c' },
      ],
    });
    const posts = seen.filter(({ method }) => method === 'POST');
    expect(posts.map(({ url: path, headers }) => [path, headers['idempotency-key']])).toEqual([
      ['/v1/reels/a/remake', 'remake-failed-a'],
      ['/v1/reels/c/remake', 'remake-failed-c'],
    ]);
  });

  test('that is stopped by the budget says how far it came', async () => {
    const { url } = await outage((id) =>
      id === 'a' ? { status: 202, body: { id: 'new-a' } } : problem(429, 'daily_budget_reached'),
    );
    const { code, err } = await run([...args, '--yes', '--url', url]);
    expect(code).toBe(1);
    expect(err).toMatch(/daily_budget_reached[^]+1 of 2 were made; the same command again makes the rest/);
  });

  test.each([
    [[]],
    [['abc', '--code', 'x']],
    [['abc', '--yes']],
    [['--code', 'x', '--idempotency-key', 'k']],
    [['--code', 'x', '--since', 'long']],
  ])('remake %j is refused', async (more) => {
    const { url, seen } = await outage();
    expect(await run(['remake', ...more, '--url', url])).toMatchObject({ code: 2 });
    expect(seen).toEqual([]);
  });
});

test('delete asks, or wants --yes where nobody can be asked', async () => {
  const { url, seen } = await fakeService(() => ({ status: 204 }));
  expect(await run(['delete', 'abc', '--url', url])).toMatchObject({ code: 2 });
  expect(seen).toEqual([]);
  expect(await run(['delete', 'abc', '--url', url], {}, { ask: async () => 'y' })).toMatchObject({ code: 0 });
  expect(await run(['delete', 'abc', '--yes', '--url', url])).toMatchObject({ code: 0 });
  expect(seen.map(({ method, url: path }) => `${method} ${path}`)).toEqual(
    Array(2).fill('DELETE /v1/reels/abc'),
  );
});

test('redeliver asks for the webhook once more', async () => {
  const { url, seen } = await fakeService(() => ({ status: 202, body: {} }));
  expect(await run(['redeliver', 'abc', '--url', url])).toMatchObject({ code: 0 });
  expect(seen[0]).toMatchObject({ method: 'POST', url: '/v1/reels/abc/webhook/redeliver' });
});

test.each([
  ['in_progress', 'is being stopped'],
  ['cancelled', 'Charged: $0.80 (80 credits)'],
  ['succeeded', 'had ended before'],
])('cancel of a reel that is then %s', async (status, words) => {
  const { url } = await fakeService(() => ({
    status: 202,
    body: { id: 'abc', status, credits: { charged: 80, uncertain: 0 } },
  }));
  expect((await run(['cancel', 'abc', '--url', url])).out).toContain(words);
});

test.each([
  ['in_progress', 3],
  ['needs_decision', 4],
  ['failed', 1],
  ['cancelled', 1],
])('download of a reel that is %s ends with %i', async (status, code) => {
  const { url } = await fakeService(() => ({ body: { id: 'abc', status } }));
  expect(await run(['download', 'abc', '--url', url])).toMatchObject({ code, out: '' });
});

describe('spend', () => {
  const sums = { charged: 80, refunded: 0, uncertain: 0, open: 0 };

  test('counts the days and reels of the month only', async () => {
    const today = new Date().toISOString().slice(0, 10);
    const { url, seen } = await fakeService(() => ({
      body: {
        days: [
          { date: today, ...sums },
          { date: '2020-01-31', ...sums },
        ],
        reels: [
          { id: 'abc', at: `${today}T00:00:00Z`, model: 'm', ...sums },
          { id: 'old', at: '2020-01-31T00:00:00Z', model: 'm', ...sums },
        ],
      },
    }));
    for (const option of [[], ['--month'], ['--month', today.slice(0, 7)]]) {
      const { code, out } = await run(['spend', ...option, '--url', url]);
      expect(code).toBe(0);
      expect(out).toMatch(/charged +\$0\.80 \(80 credits\)\nreels +1\n/);
    }
    expect(seen[0]?.url).toBe(`/v1/usage?days=${Number(today.slice(8))}`);
  });

  test.each(['2025-13', 'now', '2999-01', '2020-01'])('of %s is refused', async (month) => {
    const { url, seen } = await fakeService(() => ({ body: {} }));
    expect(await run(['spend', '--month', month, '--url', url])).toMatchObject({ code: 2 });
    expect(seen).toEqual([]);
  });
});

describe('doctor', () => {
  const up = { temporal: 'up', worker: 'up', waits: 'up', storage: 'up' };
  const models = [{ default: true, prices: { example: { credits: 80 } } }];
  const healthy = {
    at: '2026-11-23T07:00:00.000Z',
    simulated: false,
    links: { temporal: 'http://ui.test/namespaces/default/workflows' },
    account: { creditBalance: 5_000, models: { m: { dailyGenerations: 1, maxDailyGenerations: 50 } } },
    service: { status: 'operational' },
  };
  const little = { all: { committed: 320, limit: 2_000 }, own: { committed: 320 } };
  async function examine(readyz: FakeAnswer, account: FakeAnswer, budget: object = little) {
    const answers: Record<string, FakeAnswer> = {
      '/readyz': readyz,
      '/v1/account': account,
      '/v1/models': { body: { models } },
      '/v1/usage?days=1': { body: { budget } },
    };
    const { url } = await fakeService(({ url: path }) => answers[path] ?? { status: 404 });
    return run(['doctor', '--url', url]);
  }
  const ready = { body: { status: 'ready', parts: up, storage: { freeBytes: 38e9 } } };

  test('ticks everything that is well, and prints where to look', async () => {
    const { code, out } = await examine(ready, { body: healthy });
    expect(code).toBe(0);
    expect(out.match(/^✓ /gm)).toHaveLength(11);
    expect(out).toMatch(/^✓ disk +38 GB free$/m);
    expect(out).toMatch(/^✓ daily budget +\$3\.20 .* of \$20\.00 .* in 24 h$/m);
    for (const link of ['http://ui.test/', 'dev.runwayml.com', 'status.runwayml.com', 'docs/runbook.md']) {
      expect(out).toContain(link);
    }
  });

  test('names each part of the service that is down, with the cure', async () => {
    const parts = { temporal: 'up', worker: 'down', waits: 'up', storage: 'down' };
    const { code, out } = await examine(problem(503, 'not_ready', { parts }), { body: healthy });
    expect(code).toBe(1);
    expect(out).toMatch(/^✗ worker +none has asked for work lately\n +→ .*npm run start:worker/m);
    expect(out).toMatch(/^✗ storage .*DATA_DIR\n +→ .*full or read-only/m);
  });

  test.each([
    ['a key that Runway refuses', { account: { refused: 401 } }, /✗ Runway key .*401\)\n.*explain 401/],
    ['no credits', { account: { creditBalance: 40 } }, /✗ credits .*40 credits.*\n.*Buy API credits/],
    [
      'a proxy that cannot be used',
      {
        connections: [
          { to: 'runway' },
          { to: 'status_page', proxy: 'ALL_PROXY', problem: 'ALL_PROXY names a socks5 proxy' },
        ],
      },
      /✗ proxies +ALL_PROXY names a socks5 proxy\n.*NO_PROXY/,
    ],
    [
      'a proxy',
      {
        connections: [{ to: 'runway', proxy: 'http://p.example:3128 (HTTPS_PROXY)' }, { to: 'status_page' }],
      },
      /✓ proxies +Runway: http:\/\/p.example:3128 \(HTTPS_PROXY\); status page: direct/,
    ],
    ['few credits', { account: { creditBalance: 300 } }, /! credits /],
    [
      'a daily limit',
      { account: { creditBalance: 900, models: { m: { dailyGenerations: 50, maxDailyGenerations: 50 } } } },
      /✗ limits +m: 50 of 50/,
    ],
    [
      'an incident',
      { service: { status: 'major_outage', incident: { name: 'API errors' } } },
      /✗ Runway API +major outage: API errors\n.*not your fault/,
    ],
    ['the simulator', { simulated: true }, /! Runway key +none/],
    ['a silent Runway', { account: undefined, service: undefined }, /\? Runway API/],
  ])('finds %s', async (_name, changes, words) => {
    expect((await examine(ready, { body: { ...healthy, ...changes } })).out).toMatch(words);
  });

  test.each([
    [{ all: { committed: 1_600, limit: 2_000 }, own: { committed: 0 } }, 0, /^! daily budget .*\n +→ Soon /m],
    [
      { all: { committed: 2_000, limit: 2_000 }, own: { committed: 0 } },
      1,
      /^✗ daily budget .*\n +→ New reels are refused.*raise DAILY_MAX_CREDITS/m,
    ],
    [{ own: { committed: 400, limit: 400 } }, 1, /^✗ budget of your key .*\n.*raise KEY_DAILY_MAX_CREDITS/m],
    [
      { own: { committed: 400 } },
      0,
      /^✓ budget of your key +\$4\.00 \(400 credits\) in 24 h; KEY_DAILY_MAX_CREDITS sets no limit$/m,
    ],
  ])('of the daily budget %j it says so', async (budget, expected, words) => {
    const { code, out } = await examine(ready, { body: healthy }, budget);
    expect(code).toBe(expected);
    expect(out).toMatch(words);
  });

  test('names a process whose event loop stands still', async () => {
    const standingStill = [{ process: 'worker', pid: 71, seconds: 20 }];
    const { code, out } = await examine({ body: { ...ready.body, standingStill } }, { body: healthy });
    expect(code).toBe(1);
    expect(out).toMatch(/^✗ event loop +that of the worker \(process 71\) has stood still for 20 s\n +→/m);
  });

  test('little room on the disk is a warning', async () => {
    const full = { body: { status: 'ready', parts: up, storage: { freeBytes: 2e8 } } };
    expect((await examine(full, { body: healthy })).out).toMatch(/^! disk +200 MB free\n +→/m);
  });

  test('what only admins see is no fault', async () => {
    const { code, out } = await examine(ready, problem(403, 'admin_only'));
    expect(code).toBe(0);
    expect(out).toMatch(/^\? Runway +shown to the keys in REEL_ADMINS only$/m);
  });
});

test('the help of every command has an example', async () => {
  const { out } = await run(['--help']);
  const names = [...out.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = '']) => name);
  expect(names.length).toBeGreaterThan(15);
  for (const name of names) {
    const help = await run([name, '--help']);
    expect([name, help.code]).toEqual([name, 0]);
    expect(help.out).toMatch(new RegExp(`Examples?:\\n {2}\\$ durable-reels ${name}`));
  }
});

test('a command that is nearly one is suggested', async () => {
  const { code, err } = await run(['genrate', 'A boat']);
  expect(code).toBe(2);
  expect(err).toContain('Did you mean generate?');
});
