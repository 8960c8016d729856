/** The oldest Node that `engines` names, and the newest: each builds the service, starts it and makes a reel. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Simulator, startSimulator } from '../../src/simulator/server';
import { copyCheckout } from '../support/checkout';
import { ROOT } from '../../tools/stack/build';
import { NpmStart } from '../../tools/stack/npm-start';
import { otherNode } from '../support/other-node';
import { temporalCli } from '../../tools/stack/temporal';

const OLDEST = '20.18.1';
const NEWEST = '26.12.1';

let root: string;
let simulator: Simulator;
let start: NpmStart | undefined;

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'node-'));
  simulator = await startSimulator({ taskSeconds: 1 });
});
afterEach(() => start?.kill());
afterAll(async () => {
  await simulator.close();
  rmSync(root, { recursive: true, force: true });
});

async function begin(version: string): Promise<NpmStart> {
  const bin = otherNode(version);
  const checkout = path.join(root, version);
  copyCheckout(checkout, 'node_modules');
  start = NpmStart.begin({
    cwd: checkout,
    dataDir: path.join(checkout, 'data'),
    env: {
      PATH: [bin, path.dirname(process.execPath), process.env['PATH']].join(path.delimiter),
      TEMPORAL_CLI_PATH: await temporalCli(),
      SIMULATOR: '1',
      RUNWAYML_BASE_URL: simulator.url,
    },
  });
  return start;
}

test('engines names the oldest one', () => {
  const { engines } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    engines: { node: string };
  };
  expect(engines.node).toBe(`>=${OLDEST}`);
});

test.each([OLDEST, NEWEST])('Node %s builds the service, starts it and makes a reel', async (version) => {
  const node = path.join(otherNode(version), 'node');
  expect(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()).toBe(`v${version}`);
  const service = await begin(version);
  const api = await service.ready();
  const { id } = await api.order('A lighthouse in fog');
  const { status } = await api.until(id, 'the end', ({ finishedAt }) => finishedAt !== undefined);
  expect(status).toBe('succeeded');
  await service.stop();
});

test('an older one is refused in one line', async () => {
  const service = await begin('20.11.1');
  expect(await service.ended()).toBe(1);
  expect(service.output).toContain(`Node ${OLDEST} or newer is needed, and this is 20.11.1.\n`);
  expect(service.output).not.toMatch(/^ +at /m);
});
