/** Orders at once through two API processes, whose budget has room for ten. Defines the test. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Reel } from '../../src/contract/schemas/reel';
import { ensureSearchAttributes } from '../../src/platform/temporal/ensure-search-attributes';
import type { Child } from '../../tools/stack/child';
import { localTemporal } from '../../tools/stack/temporal';
import { addressOf, startProcess } from './processes';

const [ORDERS, ROOM, CREDITS] = [60, 10, 80];

/** @param settingsOf those of each process: where its database is, and its folder. */
export function testRoomForTen(settingsOf: (process: number) => Promise<Record<string, string>>): void {
  let temporal: TestWorkflowEnvironment;
  const processes: Child[] = [];
  beforeAll(async () => {
    temporal = await localTemporal();
    await ensureSearchAttributes(temporal.connection.operatorService, 'default');
  });
  afterAll(async () => {
    for (const one of processes) await one.end();
    await temporal?.teardown();
  });

  test(`${ORDERS} orders at once through two processes, with room for ${ROOM}: exactly ${ROOM} are accepted, and both know of them`, async () => {
    for (const n of [0, 1]) {
      const settings = {
        PORT: '0',
        SIMULATOR: '1',
        RUNWAYML_BASE_URL: 'http://127.0.0.1:9',
        TEMPORAL_ADDRESS: temporal.address,
        TEMPORAL_NAMESPACE: 'default',
        DAILY_MAX_CREDITS: String(ROOM * CREDITS),
        ...(await settingsOf(n)),
      };
      processes.push(await startProcess(settings, 'api'));
    }
    const urls = await Promise.all(processes.map(addressOf));
    const order = async (n: number) => {
      // As a careful client: again under the same key while a busy machine answers 503.
      for (;;) {
        const answer = await fetch(`${urls[n % 2]}/v1/reels`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': `order ${n}` },
          body: JSON.stringify({ promptText: 'Snow falls on a small town' }),
        });
        if (answer.status !== 503) return answer;
        await answer.arrayBuffer();
      }
    };
    const answers = await Promise.all([...Array(ORDERS).keys()].map(order));
    const accepted = answers.filter(({ ok }) => ok);
    const refused = answers.filter(({ status }) => status === 429);
    expect([accepted.length, refused.length]).toEqual([ROOM, ORDERS - ROOM]);
    const reels = (await Promise.all(accepted.map((answer) => answer.json()))) as Reel[];
    for (const url of urls) {
      for (const { id } of reels) expect((await fetch(`${url}/v1/reels/${id}`)).status).toBe(200);
      const list = (await (await fetch(`${url}/v1/reels?limit=100`)).json()) as { reels: Reel[] };
      expect(list.reels.map(({ id }) => id).sort()).toEqual(reels.map(({ id }) => id).sort());
    }
  });
}
