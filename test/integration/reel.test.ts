/** One reel from the POST to the file, through whatever the vendor does. */
import { createHash } from 'node:crypto';
import { createGate } from '../../src/api/http/gate';
import { formatCredits } from '../../src/contract/money';
import type { Reel } from '../../src/contract/schemas/reel';
import { reelOf } from '../support/api';
import { Service } from '../support/service';

/** Most of a reel is waiting. */
const AT_ONCE = 8;
/** Scenarios whose reels are begun together, before the first test; each test waits for its own. */
const together: string[] = [];
/** Rows whose first cell is such a scenario. */
function begun<T extends string | [string, ...unknown[]]>(rows: T[]): T[] {
  together.push(...rows.map((row) => (typeof row === 'string' ? row : row[0])));
  return rows;
}

let service: Service;
let reels: Map<string, Promise<Reel>>;
beforeAll(async () => {
  service = await Service.start();
  const gate = createGate(AT_ONCE);
  reels = new Map(together.map((scenario) => [scenario, gate(() => service.make(scenario))]));
  for (const reel of reels.values()) reel.catch(() => undefined);
});
/** The reel of a scenario at its end. */
const made = (scenario: string) => reels.get(scenario) ?? service.make(scenario);
afterAll(() => service.stop());

const sha256 = (bytes: ArrayBuffer) => createHash('sha256').update(Buffer.from(bytes)).digest('hex');

async function download(reel: Reel): Promise<Response> {
  return fetch(reel.video?.url ?? 'no video');
}

/** Every credit that the vendor's books hold for a scenario. */
function charged(scenario: string): number {
  return service.tasks(scenario).reduce((sum, { credits }) => sum + credits.charged, 0);
}

describe('a reel that nothing goes wrong with', () => {
  let reel: Reel;
  beforeAll(async () => {
    reel = await service.make('', { title: 'Holiday Celebration', date: '2025-12-06' });
  });

  test('succeeds with one generation, silent and vertical, and says what it cost', () => {
    expect(reel).toMatchObject({
      status: 'succeeded',
      phase: 'done',
      simulated: true,
      progress: 1,
      warnings: [],
      credits: { estimated: 80, charged: 80, uncertain: 0 },
      generations: [{ number: 1, model: 'veo3.1_fast', status: 'succeeded', credits: 80 }],
      video: { contentType: 'video/mp4', width: 720, height: 1280, hasAudio: false },
    });
    const [task] = service.simulator.ledger().tasks;
    expect(task?.request).toMatchObject({
      model: 'veo3.1_fast',
      ratio: '720:1280',
      duration: 8,
      audio: false,
    });
    expect(formatCredits(reel.credits.charged)).toBe('$0.80 (80 credits)');
  });

  test('is a file that plays: the bytes that were checked, by Range too, under a name of its own', async () => {
    const answer = await download(reel);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-disposition')).toContain('2025-12-06-holiday-celebration.mp4');
    const bytes = await answer.arrayBuffer();
    expect(bytes.byteLength).toBe(reel.video?.bytes);
    expect(sha256(bytes)).toBe(reel.video?.sha256);
    const part = await fetch(reel.video?.url ?? '', { headers: { range: 'bytes=4-7' } });
    expect(part.status).toBe(206);
    expect(await part.text()).toBe('ftyp');
  });

  test('keeps its record beside the video, without any URL of the vendor', async () => {
    const record = await service.storage.readRecord(reel.id);
    expect(record).toMatchObject({
      schemaVersion: 1,
      state: { status: 'succeeded' },
      head: { client: 'local' },
    });
    expect(JSON.stringify(record)).not.toContain('/outputs/');
  });

  test('has at most 45 events in its history, none with a URL of an output', async () => {
    const { events } = await service.handle(reel.id).fetchHistory();
    expect(events?.length).toBeLessThanOrEqual(45);
    expect(JSON.stringify(events?.map((event) => event))).not.toContain(
      Buffer.from('/outputs/').toString('base64').slice(0, 10),
    );
  });

  test('can be understood in the UI: status, title, Operation ID, summaries', async () => {
    const description = await service.closed(reel.id);
    expect(description.status.name).toBe('COMPLETED');
    expect(description.searchAttributes).toMatchObject({
      ReelStatus: ['succeeded'],
      ReelModel: ['veo3.1_fast'],
      ReelTitle: ['Holiday Celebration'],
      ReelTaskIds: [reel.generations[0]?.runwayTaskId],
      ReelClient: ['local'],
    });
    expect(await description.staticSummary()).toBe(
      'Holiday Celebration · veo3.1_fast · 8 s · no audio · at most 320 credits',
    );
    const { events = [] } = await service.handle(reel.id).fetchHistory();
    const summaries = (events ?? [])
      .map((event) => event.userMetadata?.summary?.data)
      .filter((data) => data != null)
      .map((data) => JSON.parse(Buffer.from(data).toString()) as string);
    expect(summaries).toEqual([
      'Holiday Celebration · veo3.1_fast · 8 s · no audio · at most 320 credits',
      'check the request, bind the reel, write its record',
      'generation 1: submit veo3.1_fast, at most 80 credits',
      `generation 1: await ${reel.generations[0]?.runwayTaskId}`,
      `generation 1: store the video of ${reel.generations[0]?.runwayTaskId}`,
      'write the record: succeeded',
    ]);
  });
});

describe('generations that Runway fails', () => {
  test('two INTERNALs are followed by a third generation, with a durable timer before each', async () => {
    const reel = await service.make('internal-twice');
    expect(reel.status).toBe('succeeded');
    expect(
      reel.generations.map(({ status, failureCode, credits }) => [status, failureCode, credits]),
    ).toEqual([
      ['failed', 'INTERNAL', 0],
      ['failed', 'INTERNAL', 0],
      ['succeeded', undefined, 80],
    ]);
    expect(service.posts('internal-twice')).toHaveLength(3);
    expect(reel.credits.charged).toBe(charged('internal-twice'));
    expect(await timersOf(reel)).toEqual([
      '"Retrying due to internal error (1/3)"',
      '"Retrying due to internal error (2/3)"',
    ]);
  });

  test('a failure without a code is retried, and shown, as an internal error', async () => {
    const reel = await service.make('codeless-once');
    expect(reel).toMatchObject({ status: 'succeeded', credits: { uncertain: 0 } });
    expect(service.posts('codeless-once')).toHaveLength(2);
    expect(reel.credits.charged).toBe(charged('codeless-once'));
    expect(await timersOf(reel)).toEqual(['"Retrying due to internal error (1/3)"']);
  });

  /** The summaries of a run's timers, as Temporal's UI shows them. */
  async function timersOf({ id }: Reel): Promise<string[]> {
    const { events } = await service.handle(id).fetchHistory();
    return (events ?? [])
      .filter((event) => event.timerStartedEventAttributes)
      .map((event) => Buffer.from(event.userMetadata?.summary?.data ?? []).toString());
  }

  test('INTERNAL for ever fails after one generation and three more, with every Operation ID', async () => {
    const reel = await service.make('internal-always');
    expect(reel).toMatchObject({
      status: 'failed',
      failure: { code: 'internal_error', runwayFailureCode: 'INTERNAL' },
      credits: { charged: 0, uncertain: 0 },
    });
    expect(reel.generations).toHaveLength(4);
    expect(service.posts('internal-always')).toHaveLength(4);
    const ids = reel.generations.map(({ runwayTaskId }) => runwayTaskId);
    expect(ids).toEqual(service.posts('internal-always').map(({ taskId }) => taskId));
    const description = await service.closed(reel.id);
    expect(description.status.name).toBe('FAILED');
    expect(description.searchAttributes).toMatchObject({ ReelCause: ['internal_error'], ReelTaskIds: ids });
    await expect(service.handle(reel.id).result()).rejects.toMatchObject({
      cause: { type: 'internal_error' },
    });
  });

  test('while it waits, the reel says what for, which try it is and when', async () => {
    const patient = await Service.start({ policy: { regenerateDelayMs: 60_000 } });
    try {
      const { id } = await patient.order('internal-once');
      const reel = await patient.until(id, 'the wait', ({ phase }) => phase === 'waiting_to_retry');
      expect(reel.waiting).toMatchObject({
        for: 'Retrying due to internal error (1/3)',
        number: 1,
        limit: 3,
      });
      expect(Date.parse(reel.waiting?.nextAt ?? '') - Date.parse(reel.updatedAt)).toBe(60_000);
      await patient.handle(id).cancel();
      expect(await patient.ended(id)).toMatchObject({
        status: 'cancelled',
        credits: { charged: 0, uncertain: 0 },
      });
    } finally {
      await patient.stop();
    }
  });

  test.each(
    begun([
      ['input-internal-once', 'succeeded', 2, undefined],
      ['third-party-once', 'succeeded', 2, undefined],
      ['bad-output', 'failed', 1, 'bad_output'],
      ['safety-input', 'failed', 1, 'safety_input'],
      ['safety-output', 'failed', 1, 'safety_output'],
      ['input-preprocessing', 'failed', 1, 'safety_text'],
      ['asset-invalid', 'failed', 1, 'invalid_asset'],
      ['unknown-failure', 'failed', 1, 'unknown_failure_code'],
      ['cancelled-by-runway', 'failed', 1, 'cancelled_at_runway'],
    ]),
  )('%s ends %s after %i POST(s), with every credit accounted for', async (scenario, status, posts, code) => {
    const reel = await made(scenario);
    expect([reel.status, reel.failure?.code]).toEqual([status, code]);
    expect(service.posts(scenario)).toHaveLength(posts);
    expect(reel.credits.charged).toBe(charged(scenario));
    expect(reel.credits.uncertain).toBe(0);
  });
});

describe('creates that Runway refuses', () => {
  test.each(
    begun([
      ['http-400', 'bad_request', 400],
      ['http-401', 'unauthorized', 401],
      ['http-402', 'payment_required', 402],
      ['http-403', 'forbidden', 403],
      ['http-404', 'not_found', 404],
      ['http-405', 'method_not_allowed', 405],
      ['http-413', 'payload_too_large', 413],
      ['http-422', 'unprocessable', 422],
      ['no-credits', 'insufficient_credits', 400],
      ['403-gateway', 'forbidden', 403],
      ['http-410', 'no_longer_offered', 410],
      ['http-415', 'refused', 415],
    ]),
  )('%s fails at once as %s with one POST and nothing charged', async (scenario, code, httpStatus) => {
    const reel = await made(scenario);
    expect(reel).toMatchObject({
      status: 'failed',
      failure: { code, httpStatus },
      credits: { charged: 0, uncertain: 0 },
    });
    expect(reel.failure?.message).toContain('Nothing was charged.');
    expect(reel.failure?.advice.length).toBeGreaterThan(0);
    expect(service.posts(scenario)).toHaveLength(1);
    const { events } = await service.handle(reel.id).fetchHistory();
    const attempts = (events ?? []).flatMap(
      (event) => event.activityTaskStartedEventAttributes?.attempt ?? [],
    );
    expect(Math.max(...attempts)).toBe(1);
  });

  test('429 of the gateway before Runway is waited for as Runway’s own', async () => {
    const reel = await made('429-gateway');
    expect(reel).toMatchObject({ status: 'succeeded', credits: { charged: 80, uncertain: 0 } });
    expect(service.posts('429-gateway')).toHaveLength(3);
    expect(service.tasks('429-gateway')).toHaveLength(1);
  });

  test.each(begun(['429-once', '429-date', '500-once', '502-once', '503-once']))(
    '%s is retried by the submit itself, and one task is made',
    async (scenario) => {
      const reel = await made(scenario);
      expect(reel.status).toBe('succeeded');
      expect(reel.generations).toHaveLength(1);
      expect(service.posts(scenario)).toHaveLength(2);
      expect(service.tasks(scenario)).toHaveLength(1);
    },
  );
});

describe('creates whose answer is lost', () => {
  test.each(
    begun([
      'lost-close',
      'lost-reset',
      'lost-reset-with-task',
      'lost-408',
      'lost-409',
      'lost-504',
      'lost-504-with-task',
      'lost-500-html',
      'lost-502-gateway',
      'lost-503-html',
      'lost-cut-in-id',
      'lost-cut-quietly-in-id',
      'lost-json-without-id',
      'lost-html',
      'lost-204',
      'lost-redirect',
    ]),
  )('%s is never sent again: the reel says that a task may exist', async (scenario) => {
    const reel = await made(scenario);
    expect(reel).toMatchObject({
      status: 'failed',
      failure: { code: 'submit_outcome_unknown' },
      credits: { charged: 0, uncertain: 80 },
      generations: [{ number: 1, status: 'uncertain' }],
    });
    expect(service.posts(scenario)).toHaveLength(1);
    expect(service.simulator.ledger().redirectsFollowed).toBe(0);
    const description = await service.closed(reel.id);
    expect(description.searchAttributes).toMatchObject({ ReelUncertainCredits: [80] });
  });

  test('an answer that does not come in the time it has is lost', async () => {
    const hasty = await Service.start({ policy: { submitTimeoutMs: 3_000 } });
    try {
      expect(await hasty.make('lost-hang-with-task')).toMatchObject({
        status: 'failed',
        failure: { code: 'submit_outcome_unknown' },
        credits: { charged: 0, uncertain: 80 },
      });
      expect(hasty.posts('lost-hang-with-task')).toHaveLength(1);
    } finally {
      await hasty.stop();
    }
  });

  test.each(begun(['lost-cut', 'lost-cut-quietly', 'lost-json']))(
    '%s holds the task ID all the same, and the reel is made',
    async (scenario) => {
      const reel = await made(scenario);
      expect(reel).toMatchObject({ status: 'succeeded', credits: { charged: 80, uncertain: 0 } });
      expect(service.posts(scenario)).toHaveLength(1);
    },
  );
});

describe('reads that go wrong', () => {
  test.each(
    begun([
      'polls-bad',
      'polls-401',
      'polls-402',
      'polls-403',
      'polls-404',
      'unknown-status',
      'progress-negative',
      'progress-over-one',
      'progress-nan',
      'progress-backwards',
      'throttled',
    ]),
  )('%s loses nothing: one POST, one video', async (scenario) => {
    const reel = await made(scenario);
    expect(reel).toMatchObject({ status: 'succeeded', credits: { charged: 80, uncertain: 0 } });
    expect(service.posts(scenario)).toHaveLength(1);
  });

  test('a status in another spelling is understood', async () => {
    const reel = await made('cancelled-in-one-l');
    expect(reel).toMatchObject({ status: 'failed', failure: { code: 'cancelled_at_runway' } });
    expect(reel.credits).toEqual({ estimated: 80, charged: 0, uncertain: 0 });
  });

  test.each(
    begun([
      ['failure-emoji', `${'x'.repeat(1_999)}…`],
      ['failure-broken', 'half \ufffd of it, \u202egnp.\u001b]0;title\u0007\ufffd'],
    ]),
  )('%s is whole text wherever it is read', async (scenario, words) => {
    const reel = await made(scenario);
    expect(reel).toMatchObject({ failure: { code: 'invalid_asset' }, generations: [{ failure: words }] });
    expect(JSON.stringify(reel)).not.toMatch(/\\ud[89a-f]/i);
  });

  test('a task that Runway has forgotten fails by name, its charge uncertain', async () => {
    const reel = await made('polls-404-forever');
    expect(reel).toMatchObject({
      status: 'failed',
      failure: { code: 'task_not_found' },
      credits: { uncertain: 80 },
    });
  });

  test('polls of a task keep their distance', async () => {
    const reel = await service.make('slow');
    expect(reel.status).toBe('succeeded');
    const at = service.tasks('slow')[0]?.polls.map((poll) => Date.parse(poll.at)) ?? [];
    // The last read is for a fresh URL of the output; a timer may fire a few milliseconds early.
    const gaps = at.slice(1, -1).map((time, i) => time - (at[i] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(95);
  });
});

describe('outputs', () => {
  test.each(
    begun([
      'output-truncated-once',
      'output-cut-quietly',
      'output-expired',
      'output-500-once',
      'output-html-as-mp4',
      'output-wrong-type',
    ]),
  )('%s ends with the checked file', async (scenario) => {
    const reel = await made(scenario);
    expect(reel.status).toBe('succeeded');
    expect(sha256(await (await download(reel)).arrayBuffer())).toBe(reel.video?.sha256);
  });

  test.each(
    begun([
      ['output-landscape', 'The video is landscape (1280 × 720) although 720:1280 was asked for.'],
      ['output-unasked-audio', 'The video has an audio track although none was asked for.'],
      ['output-two', 'Runway offered 2 outputs; the first one was kept.'],
    ]),
  )('%s is delivered with a warning', async (scenario, warning) => {
    expect(await made(scenario)).toMatchObject({ status: 'succeeded', warnings: [warning] });
  });
});

describe('requests', () => {
  test('the same key and body twice make one reel, also after its end', async () => {
    const headers = { 'idempotency-key': 'the-same-key' };
    const first = await service.order('twice', {}, headers);
    await service.ended(first.id);
    const again = await service.api.post('/v1/reels', { promptText: 'A calm sea at dawn #twice' }, headers);
    expect(again.status).toBe(200);
    expect(await reelOf(again)).toMatchObject({ id: first.id, status: 'succeeded' });
    expect(service.posts('twice')).toHaveLength(1);
  });

  test('an image that comes as a data URI reaches Runway, and Temporal holds a reference only', async () => {
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    const promptImage = `data:image/png;base64,${png.toString('base64')}`;
    const reel = await service.make('with-image', { promptImage });
    expect(reel.status).toBe('succeeded');
    expect(reel.request.promptImage).toMatch(/^stored:[0-9a-f]{64}\.png$/);
    const [task] = service.tasks('with-image');
    expect(task?.endpoint).toBe('image_to_video');
    const { events } = await service.handle(reel.id).fetchHistory();
    expect(JSON.stringify(events)).not.toContain(png.toString('base64').slice(0, 40));
  });

  test.each([
    ['none', { audio: false }, false],
    ['music', { audio: true }, true],
    ['music_and_speech', { audio: true }, true],
  ])(
    'audio %s is sent as the guide has it, and the video has what was asked for',
    async (audio, sent, hasAudio) => {
      const reel = await service.make(`audio-${audio}`, { audio });
      expect(reel).toMatchObject({ status: 'succeeded', warnings: [], video: { hasAudio } });
      expect(service.tasks(`audio-${audio}`)[0]?.request).toMatchObject(sent);
    },
  );

  test('no generation is begun that could exceed maxCredits', async () => {
    const reel = await service.make('safety-input', { maxCredits: 80 });
    expect(reel.credits.charged).toBeLessThanOrEqual(80);
    const bounded = await service.make('internal-always', { maxCredits: 100, title: 'bounded' });
    expect(bounded.credits.charged).toBeLessThanOrEqual(100);
  });
});
