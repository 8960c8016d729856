/** Ways of having the checkout: installed for production, read-only, without what is needed, changed. */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Simulator, startSimulator } from '../../src/simulator/server';
import { copyCheckout } from '../support/checkout';
import { NpmStart } from '../../tools/stack/npm-start';
import { temporalCli } from '../../tools/stack/temporal';

/** Root may write everywhere: a service that must not runs as somebody else. */
const NOBODY = process.getuid?.() === 0 ? 65_534 : undefined;

let root: string;
let simulator: Simulator;
let starts: NpmStart[];

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'checkout-'));
  simulator = await startSimulator({ taskSeconds: 1 });
  starts = [];
  // Where everybody may read it.
  chmodSync(root, 0o755);
  linkSync(await temporalCli(), path.join(root, 'temporal'));
});
afterAll(async () => {
  for (const start of starts) await start.kill();
  await simulator.close();
  if (NOBODY === undefined) spawnSync('chmod', ['-R', 'u+w', root]);
  rmSync(root, { recursive: true, force: true });
});

function begin(checkout: string, env: NodeJS.ProcessEnv = {}): NpmStart {
  const own = path.join(root, 'own', path.basename(checkout));
  mkdirSync(own, { recursive: true });
  chmodSync(own, 0o777);
  const settings = {
    HOME: own,
    TEMPORAL_CLI_PATH: path.join(root, 'temporal'),
    SIMULATOR: '1',
    RUNWAYML_BASE_URL: simulator.url,
    ...env,
  };
  const start = NpmStart.begin({
    cwd: checkout,
    dataDir: path.join(own, 'data'),
    env: settings,
    uid: NOBODY,
  });
  starts.push(start);
  return start;
}

function readOnly(folder: string): void {
  if (NOBODY === undefined) spawnSync('chmod', ['-R', 'a-w', folder]);
}

async function makesReel(start: NpmStart): Promise<void> {
  const api = await start.ready();
  const { id } = await api.order('A lighthouse in fog');
  const { status } = await api.until(id, 'the end', ({ finishedAt }) => finishedAt !== undefined);
  expect(status).toBe('succeeded');
  await start.stop();
}

/** What was said, without what npm says of itself. */
const saidBy = ({ output }: NpmStart) =>
  output.split('\n').filter((line) => line !== '' && !line.startsWith('> '));

const build = (checkout: string) =>
  spawnSync(process.execPath, ['scripts/build.js'], { cwd: checkout, encoding: 'utf8' });

const isWhole = (checkout: string) => existsSync(path.join(checkout, 'dist/workflow-bundle.traced.js'));

test('a read-only checkout that was built runs, with the packages of production only', async () => {
  const checkout = path.join(root, 'built');
  copyCheckout(checkout, 'node_modules');
  expect(existsSync(path.join(checkout, 'node_modules/jest'))).toBe(false);
  expect(build(checkout).status).toBe(0);
  // Copies have times of their own: in this one the sources seem to be newer.
  const copy = path.join(root, 'copy');
  cpSync(path.join(checkout, 'dist'), path.join(copy, 'dist'), { recursive: true });
  copyCheckout(copy, 'node_modules');
  readOnly(copy);
  const start = begin(copy, { NODE_ENV: 'production' });
  await makesReel(start);
});

test('a read-only checkout that was never built is refused in one line', async () => {
  const checkout = path.join(root, 'not-built');
  copyCheckout(checkout, 'node_modules');
  readOnly(checkout);
  const start = begin(checkout);
  expect(await start.ended()).toBe(1);
  expect(saidBy(start)).toEqual([
    expect.stringMatching(
      /^The build in .+ is missing or older than the sources, and it cannot be written \(EACCES\)/,
    ),
  ]);
});

test('without packages one line says what to do', async () => {
  const checkout = path.join(root, 'no-packages');
  copyCheckout(checkout);
  const start = begin(checkout);
  expect(await start.ended()).toBe(1);
  expect(saidBy(start)).toEqual([`Cannot find module '@swc/core': run "npm ci" in ${checkout} first.`]);
});

test('a data folder that cannot be written is refused in one line', async () => {
  const checkout = path.join(root, 'data-of-others');
  copyCheckout(checkout, 'node_modules');
  expect(build(checkout).status).toBe(0);
  const dataDir = path.join(root, 'of-others');
  mkdirSync(dataDir);
  chmodSync(dataDir, 0o555);
  const start = begin(checkout, { DATA_DIR: dataDir });
  expect(await start.ended()).toBe(1);
  expect(saidBy(start)).toEqual([
    `DATA_DIR ${dataDir} cannot be used (EACCES): name a folder that can be written.`,
  ]);
});

test('what the workflows are made from is known by content, in whatever folder it lies', () => {
  const checkout = path.join(root, 'changed');
  copyCheckout(checkout, 'node_modules');
  expect(build(checkout).status).toBe(0);
  expect(isWhole(checkout)).toBe(true);
  const bundles = readdirSync(path.join(checkout, 'dist')).filter((name) =>
    /^workflow-bundle.*js$/.test(name),
  );
  const made = () => bundles.map((name) => statSync(path.join(checkout, 'dist', name)).mtimeMs);
  const first = made();
  expect(build(checkout)).toMatchObject({ status: 0, stdout: '', stderr: '' });
  expect(made()).toEqual(first);

  // One that is put back has the time that it had, which is before that of the build.
  const source = path.join(checkout, 'src/domain/failure.ts');
  const { mtime } = statSync(source);
  const before = readFileSync(source, 'utf8');
  const inBundles = (text: string) =>
    bundles.map((name) => readFileSync(path.join(checkout, 'dist', name), 'utf8').includes(text));
  appendFileSync(source, "export const gone = 'to be taken back';\n");
  expect(build(checkout).status).toBe(0);
  expect(inBundles('to be taken back')).toEqual([true, true]);
  writeFileSync(source, before);
  utimesSync(source, mtime, mtime);
  expect(build(checkout).status).toBe(0);
  expect(inBundles('to be taken back')).toEqual([false, false]);

  mkdirSync(path.join(checkout, 'src/elsewhere'));
  appendFileSync(path.join(checkout, 'src/elsewhere/one.ts'), "export const one = 'first word';\n");
  appendFileSync(path.join(checkout, 'src/domain/reel.ts'), "export { one } from '../elsewhere/one';\n");
  expect(build(checkout).status).toBe(0);
  appendFileSync(path.join(checkout, 'src/elsewhere/one.ts'), "export const two = 'second word';\n");
  expect(build(checkout).status).toBe(0);
  expect(bundles).toHaveLength(2);
  for (const name of bundles) {
    const code = readFileSync(path.join(checkout, 'dist', name), 'utf8');
    expect(code).toContain('first word');
    expect(code).toContain("two = 'second word'");
  }
});
