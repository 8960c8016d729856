/** Processes whose event loop stands still: they are seen, and ended, and what they had begun goes on elsewhere. */
import { resolve } from 'node:path';
import type { Readiness } from '../../src/contract/schemas/health';
import { eventually } from '../../tools/stack/eventually';
import type { Child } from '../../tools/stack/child';
import { Service } from '../support/service';
import { startProcess } from '../support/processes';

const SPINS = `--require ${resolve(__dirname, '../support/spin-on-signal.js')}`;

let service: Service;
let worker: Child;
let settings: Record<string, string>;
beforeEach(async () => {
  service = await Service.start({ worker: 'process', simulator: { taskSeconds: 2 } });
  settings = { ...service.processSettings, POLL_INTERVAL: '100ms', HEARTBEAT_TIMEOUT: '5s' };
  worker = await startProcess({ ...settings, NODE_OPTIONS: SPINS, STANDSTILL_LIMIT: '10s' });
});
afterEach(async () => {
  await worker.end();
  await service.stop();
});

async function readiness(): Promise<{ status: number; seen: Readiness & { detail?: string } }> {
  const answer = await service.api.fetch('/readyz');
  return { status: answer.status, seen: (await answer.json()) as Readiness };
}

/** Until `/readyz` has this status, and names the worker or not. */
function untilReady(status: 200 | 503, named: boolean) {
  return eventually(`/readyz is ${status}`, async () => {
    const found = await readiness();
    return found.status === status && (found.seen.standingStill !== undefined) === named && found.seen;
  });
}

test('a worker whose event loop stands still is named by /readyz, ends itself, and its reel goes on', async () => {
  await untilReady(200, false);
  const { id } = await service.order();
  await service.until(id, 'a task', ({ generations }) => generations[0]?.runwayTaskId !== undefined);

  worker.signal('SIGUSR2');
  const seen = await untilReady(503, true);
  expect(seen.parts).toMatchObject({ temporal: 'up', worker: 'down', waits: 'down', storage: 'up' });
  expect(seen.standingStill).toEqual([
    { process: 'worker', pid: worker.pid, seconds: expect.any(Number) as number },
  ]);
  expect(seen.detail).toMatch(
    `The event loop of the worker (process ${worker.pid}) has stood still for ${seen.standingStill?.[0]?.seconds} s.`,
  );
  expect(await worker.ended()).toBe('SIGKILL');
  expect(worker.output).toMatch(/this process is killed: its event loop has stood still for 10 s/);
  expect((await readiness()).seen.standingStill).toBeUndefined();

  worker = await startProcess(settings);
  expect((await service.ended(id)).status).toBe('succeeded');
  expect(service.simulator.ledger().posts).toHaveLength(1);
});

test('one of two workers that stands still is named, and the service stays ready', async () => {
  const other = await startProcess(settings);
  await untilReady(200, false);
  worker.signal('SIGUSR2');
  const seen = await untilReady(200, true);
  expect(seen.standingStill?.map(({ pid }) => pid)).toEqual([worker.pid]);
  expect(await worker.ended()).toBe('SIGKILL');
  await other.end('SIGTERM');
});

test('an API whose event loop stands still ends itself', async () => {
  const api = await startProcess(
    { ...settings, PORT: '0', NODE_OPTIONS: SPINS, STANDSTILL_LIMIT: '5s' },
    'api',
  );
  api.signal('SIGUSR2');
  expect(await api.ended()).toBe('SIGKILL');
  expect(api.output).toMatch(/"name":"api","msg":"this process is killed/);
});
