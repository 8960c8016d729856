/** Every way in which an answer is lost, by every way out; and a decision that comes late. */
import type { Reel } from '../../src/contract/schemas/reel';
import { problemOf } from '../support/api';
import { eventually } from '../../tools/stack/eventually';
import { Service } from '../support/service';

let service: Service;
beforeAll(async () => {
  service = await Service.start({ policy: { decisionPatienceMs: 600_000 } });
});
afterAll(() => service.stop());

/** The prompt tells the POSTs of one run apart from those of another with the same scenario. */
function lose(scenario: string, name: string, onLostAnswer: string): Promise<Reel> {
  return service.order(scenario, { promptText: `${name} #${scenario}`, onLostAnswer });
}
const postsOf = (name: string) =>
  service.simulator.ledger().posts.filter(({ prompt }) => prompt?.startsWith(`${name} `));

/** Whether Runway has taken the order although its answer is lost. */
const LOSSES = [
  ...['lost-close', 'lost-reset', 'lost-504', 'lost-502-html', 'lost-409'].map(
    (name) => [name, false] as const,
  ),
  ...['lost-reset-with-task', 'lost-504-with-task', 'lost-html', 'lost-204', 'lost-json-without-id'].map(
    (name) => [name, true] as const,
  ),
];
const WAYS = ['adopt', 'regenerate', 'abandon', 'submit_again'] as const;

test('every loss by every way out: one task a generation, and every credit charged or uncertain', async () => {
  const runs = LOSSES.flatMap(([scenario, exists]) => WAYS.map((way) => ({ scenario, exists, way })))
    .filter(({ exists, way }) => exists || way !== 'adopt')
    .map((run, i) => ({ ...run, name: `way${i}` }));
  await Promise.all(
    runs.map(async ({ scenario, exists, way, name }) => {
      const onLostAnswer = way === 'submit_again' ? 'submit_again' : 'ask';
      const { id } = await lose(scenario, name, onLostAnswer);
      // Evidence may make even submit_again ask; then a person says what it would have done.
      const asked = await service.until(
        id,
        'question or end',
        ({ status }) => !/queued|in_progress/.test(status),
      );
      if (asked.status === 'needs_decision') {
        const action = way === 'submit_again' ? 'regenerate' : way;
        const runwayTaskId = action === 'adopt' ? postsOf(name)[0]?.taskId : undefined;
        const decision = { action, runwayTaskId };
        expect((await service.api.post(`/v1/reels/${id}/resolve`, decision)).status).toBe(202);
      }
      const reel = await service.ended(id);
      const again = way === 'regenerate' || way === 'submit_again';
      expect([name, reel.status]).toEqual([name, way === 'abandon' ? 'failed' : 'succeeded']);
      expect(postsOf(name)).toHaveLength(again ? 2 : 1);
      expect(reel.generations).toHaveLength(again ? 2 : 1);
      expect(reel.credits).toMatchObject({
        charged: way === 'abandon' ? 0 : 80,
        uncertain: way === 'adopt' ? 0 : 80,
      });
      const ids = postsOf(name).map(({ taskId }) => taskId);
      const books = service.simulator.ledger().tasks.filter((task) => ids.includes(task.id));
      expect(books).toHaveLength((exists ? 1 : 0) + (again ? 1 : 0));
      const charged = books.reduce((sum, { credits }) => sum + credits.charged, 0);
      expect(charged).toBeLessThanOrEqual(reel.credits.charged + reel.credits.uncertain);
    }),
  );
});

test('after its deadline a reel may still adopt, and no further generation is ordered', async () => {
  const brief = await Service.start({ policy: { decisionPatienceMs: 600_000, reelDeadlineMs: 60_000 } });
  try {
    const { id } = await brief.order('lost-504-with-task');
    const asking = await brief.until(id, 'the question', ({ status }) => status === 'needs_decision');
    await eventually('its deadline', () => Date.now() > Date.parse(asking.updatedAt) + 60_000);
    const path = `/v1/reels/${id}/resolve`;
    expect(await problemOf(brief.api.post(path, { action: 'regenerate' }))).toMatchObject({
      code: 'regenerate_refused',
      detail: expect.stringContaining('the deadline of the reel passed') as string,
    });
    const runwayTaskId = brief.posts('lost-504-with-task')[0]?.taskId;
    expect((await brief.api.post(path, { action: 'adopt', runwayTaskId })).status).toBe(202);
    expect(await brief.ended(id)).toMatchObject({
      status: 'succeeded',
      credits: { charged: 80, uncertain: 0 },
    });
    expect(brief.posts('lost-504-with-task')).toHaveLength(1);
  } finally {
    await brief.stop();
  }
});
