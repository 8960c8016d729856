/** A finished video on its way: what is waited for, what a person decides, and what a remake takes without paying. */
import type { Reel } from '../../src/contract/schemas/reel';
import { problemOf } from '../support/api';
import { Service } from '../support/service';

const PAGE = { kind: 'answer', status: 200, text: '<html>soon</html>', contentType: 'text/html' } as const;

const resolve = (service: Service, id: string, action: string) =>
  service.api.post(`/v1/reels/${id}/resolve`, { action });
const asked = (service: Service, id: string) =>
  service.until(id, 'the question', ({ status }) => status === 'needs_decision');
const posts = (service: Service) => service.simulator.ledger().posts.length;

describe('while its link can live', () => {
  let service: Service;
  beforeAll(async () => {
    service = await Service.start({ policy: { fetchPatienceMs: 600_000, decisionPatienceMs: 600_000 } });
  });
  afterAll(() => service.stop());

  test.each(['output-html-eight-times', 'output-json', 'output-404', 'output-redirect'])(
    '%s: the video is delivered, and paid for once',
    async (scenario) => {
      const reel = await service.make(scenario, {});
      expect(reel).toMatchObject({ status: 'succeeded', generations: [{}], credits: { charged: 80 } });
    },
  );

  test('a whole video that no browser plays ends the reel, is paid for once, and can be downloaded', async () => {
    const reel = await service.make('output-prores');
    expect(reel).toMatchObject({
      status: 'failed',
      failure: { code: 'output_not_playable' },
      generations: [{ status: 'succeeded' }],
      credits: { charged: 80, uncertain: 0 },
      video: { checked: 'structure', contentType: 'video/quicktime', width: 64, height: 112 },
    });
    expect(reel.failure?.message).toContain('ProRes in QuickTime');
    const file = await fetch(reel.video?.url ?? '');
    expect(file.status).toBe(200);
    expect(file.headers.get('content-type')).toBe('video/quicktime');
    expect((await file.arrayBuffer()).byteLength).toBe(reel.video?.bytes);
  });

  test('what is in its place stands on the reel, and a cancel ends it', async () => {
    const { id } = await service.order('output-html');
    const reel = await service.until(id, 'the reason', ({ waiting }) => waiting !== undefined);
    expect(reel).toMatchObject({ status: 'in_progress', phase: 'storing' });
    expect(reel.waiting?.for).toMatch(/^The finished video.*In place of the video came text\/html/);
    expect(JSON.stringify(reel)).not.toContain('signature');
    await service.api.post(`/v1/reels/${id}/cancel`);
    expect(await service.ended(id)).toMatchObject({ status: 'cancelled', credits: { charged: 80 } });
  });

  test('redirects without end are named', async () => {
    const { id } = await service.order('output-redirects');
    const { waiting } = await service.until(id, 'the reason', (reel) => reel.waiting !== undefined);
    expect(waiting?.for).toContain('redirects more than 5 times');
    await service.api.post(`/v1/reels/${id}/cancel`);
  });
});

describe('after that', () => {
  let service: Service;
  const broken = new Set<string>();
  beforeAll(async () => {
    service = await Service.start({ policy: { fetchPatienceMs: 300, decisionPatienceMs: 600_000 } });
    service.simulator.setHook(async ({ at, taskId }) =>
      at === 'output' && taskId !== undefined && broken.has(taskId) ? PAGE : undefined,
    );
  });
  afterAll(() => service.stop());

  const tasksOf = ({ generations }: Reel) => generations.map(({ runwayTaskId }) => runwayTaskId ?? '');

  /** A reel whose video is not to be had; `mend` gives it back. */
  async function undelivered(): Promise<{ readonly reel: Reel; mend(): void }> {
    const { id } = await service.order('slow');
    const submitted = await service.until(
      id,
      'its task',
      ({ generations: [first] }) => !!first?.runwayTaskId,
    );
    const [task = ''] = tasksOf(submitted);
    broken.add(task);
    return { reel: await asked(service, id), mend: () => broken.delete(task) };
  }

  test('the reel asks, with the reason and the price of each choice', async () => {
    const { reel } = await undelivered();
    expect(reel).toMatchObject({
      phase: 'storing',
      credits: { charged: 80, uncertain: 0 },
      decision: {
        about: 'output',
        choices: [
          { action: 'fetch', atMostCredits: 0 },
          { action: 'regenerate', atMostCredits: 80 },
          { action: 'abandon', atMostCredits: 0 },
        ],
      },
    });
    expect(reel.decision?.problem).toMatch(/text\/html/);
    expect(reel.decision?.evidence).toBeUndefined();
    const refusal = await problemOf(
      service.api.post(`/v1/reels/${reel.id}/resolve`, { action: 'adopt', runwayTaskId: tasksOf(reel)[0] }),
    );
    expect(refusal).toMatchObject({ status: 409, code: 'action_refused' });
    await resolve(service, reel.id, 'abandon');
    expect(await service.ended(reel.id)).toMatchObject({
      status: 'failed',
      failure: { code: 'output_unavailable', operationId: tasksOf(reel)[0] },
      credits: { charged: 80, uncertain: 0 },
    });
  });

  test('fetch may be sent again and again, and delivers for nothing what has come', async () => {
    const { reel, mend } = await undelivered();
    expect((await resolve(service, reel.id, 'fetch')).status).toBe(202);
    const again = await service.until(
      reel.id,
      'the second question',
      ({ decision }) => decision !== undefined && decision.since !== reel.decision?.since,
    );
    const before = posts(service);
    mend();
    expect((await resolve(service, again.id, 'fetch')).status).toBe(202);
    expect(await service.ended(reel.id)).toMatchObject({
      status: 'succeeded',
      generations: [{ number: 1 }],
      credits: { charged: 80, uncertain: 0 },
    });
    expect(posts(service)).toBe(before);
  });

  test('regenerate pays for another one, which is delivered', async () => {
    const { reel } = await undelivered();
    await resolve(service, reel.id, 'regenerate');
    expect(await service.ended(reel.id)).toMatchObject({
      status: 'succeeded',
      generations: [{ status: 'succeeded' }, { status: 'succeeded' }],
      credits: { charged: 160 },
    });
  });

  test('a remake takes the finished task, pays nothing, and says so', async () => {
    const { reel, mend } = await undelivered();
    await resolve(service, reel.id, 'abandon');
    await service.ended(reel.id);
    const before = posts(service);
    mend();
    const answer = await service.api.post(`/v1/reels/${reel.id}/remake`);
    const { id } = (await answer.json()) as Reel;
    const remade = await service.ended(id);
    expect(remade).toMatchObject({
      status: 'succeeded',
      remakeOf: reel.id,
      generations: [{ number: 1, runwayTaskId: tasksOf(reel)[0], credits: 0 }],
      credits: { charged: 0, uncertain: 0 },
    });
    expect(remade.warnings.join()).toMatch(/nothing was paid for it again/);
    expect(posts(service)).toBe(before);
    // The old one stays as it ended.
    expect(await service.reel(reel.id)).toMatchObject({ status: 'failed' });
  });
});

test('a video that comes while it asks is delivered without an answer', async () => {
  const service = await Service.start({ policy: { fetchPatienceMs: 100, decisionPatienceMs: 200_000 } });
  try {
    let isBroken = true;
    service.simulator.setHook(async ({ at }) => (at === 'output' && isBroken ? PAGE : undefined));
    const { id } = await service.order();
    await asked(service, id);
    isBroken = false;
    expect(await service.ended(id)).toMatchObject({ status: 'succeeded', credits: { charged: 80 } });
  } finally {
    await service.stop();
  }
});

describe('a reel that nobody decides about', () => {
  let service: Service;
  beforeAll(async () => {
    service = await Service.start({ policy: { fetchPatienceMs: 500, decisionPatienceMs: 200 } });
  });
  afterAll(() => service.stop());

  test.each(['output-empty', 'output-html'])(
    '%s fails by name, with the charge and the Operation ID',
    async (scenario) => {
      const reel = await service.make(scenario);
      expect(reel).toMatchObject({
        status: 'failed',
        failure: { code: 'output_unavailable', operationId: reel.generations[0]?.runwayTaskId },
        credits: { charged: 80 },
      });
    },
  );
});
