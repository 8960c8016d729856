/** `durable-reels log`: one reel's story out of the lines of all processes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { runCommand } from '../../test/support/cli';

const ID = 'sim-abcdefghijklmnopqrstuvwxyz';
const folder = mkdtempSync(path.join(tmpdir(), 'cli-log-'));
afterAll(() => rmSync(folder, { recursive: true }));

const line = (second: number, name: string, fields: object) =>
  JSON.stringify({ level: 'info', time: `2026-11-30T12:00:0${second}.000Z`, name, ...fields });
const WORKER = [
  line(3, 'worker', {
    reelId: ID,
    msg: 'Runway answered',
    call: 'submit',
    status: 200,
    generation: 1,
    runwayTaskId: 'op-1',
  }),
  line(2, 'worker', { workflowId: `reel-${ID}`, msg: 'accepted' }),
  line(4, 'worker', {
    workflowId: `webhooks-${ID}`,
    level: 'warn',
    msg: 'not taken',
    err: { message: 'HTTP 503' },
  }),
  'no JSON, about ' + ID,
  '{"cut": "' + ID,
  line(1, 'worker', { reelId: ID.replace('z', 'a'), msg: 'of another' }),
  line(1, 'worker', { reelId: 'other', msg: `a sentence that names ${ID}` }),
];
const API = [line(1, 'api', { reelId: ID, msg: 'answered', method: 'POST', path: '/v1/reels', status: 202 })];

const TOLD = [
  '2026-11-30 12:00:01 UTC  api  answered · POST · /v1/reels · 202',
  '2026-11-30 12:00:02 UTC  worker  accepted',
  '2026-11-30 12:00:03 UTC  worker  Runway answered · generation 1 · submit · 200 · op-1',
  '2026-11-30 12:00:04 UTC  worker  warn: not taken · HTTP 503',
];

test('lines of the folder of logs, rotated ones too, come in order of time, and others are passed over', async () => {
  const logs = path.join(folder, 'logs');
  mkdirSync(logs);
  writeFileSync(path.join(logs, 'worker.log.1'), WORKER.slice(0, 2).join('\n'));
  writeFileSync(path.join(logs, 'worker.log'), `${WORKER.slice(2).join('\n')}\n`);
  writeFileSync(path.join(logs, 'api.log'), `${API.join('\n')}\n`);
  writeFileSync(path.join(logs, 'notes.txt'), line(1, 'notes', { reelId: ID, msg: 'no log' }));
  expect(await runCommand(['log', ID], { DATA_DIR: folder })).toEqual({
    code: 0,
    out: `${TOLD.join('\n')}\n`,
    err: '',
  });
});

test('those who only read it are counted', async () => {
  const file = path.join(folder, 'reads.log');
  const read = (status: number) =>
    line(5, 'api', { reelId: ID, msg: 'answered', method: 'GET', path: '/x', status });
  writeFileSync(file, [read(200), read(304), read(500), ...API].join('\n'));
  expect((await runCommand(['log', ID, file])).out.trimEnd().split('\n')).toEqual([
    TOLD[0],
    '2026-11-30 12:00:05 UTC  api  answered · GET · /x · 500',
    'Left out: 2 answers to those who read it (--json has them).',
  ]);
});

test('files that are named, and standard input as Docker writes it, do as well', async () => {
  const file = path.join(folder, 'w.log');
  writeFileSync(file, WORKER.join('\r\n'));
  const input = Readable.from(API.map((text) => `api-1  | ${text}\n`));
  expect((await runCommand(['log', ID, file, '-'], {}, { input })).out).toBe(`${TOLD.join('\n')}\n`);
});

test('--json gives the whole lines', async () => {
  const file = path.join(folder, 'j.log');
  writeFileSync(file, API.join('\n'));
  const { out } = await runCommand(['log', ID, file, '--json']);
  expect(JSON.parse(out)).toEqual(API.map((text) => JSON.parse(text) as unknown));
});

test('a folder or a file that is not there is named, and so is what has no line about the reel', async () => {
  const none = await runCommand(['log', ID], { DATA_DIR: path.join(folder, 'none') });
  expect(none).toMatchObject({ code: 2, err: expect.stringContaining('none/logs cannot be read') as string });
  const file = path.join(folder, 'gone.log');
  expect(await runCommand(['log', ID, file])).toMatchObject({
    code: 2,
    err: expect.stringContaining('gone.log cannot be read') as string,
  });
  writeFileSync(file, WORKER.join('\n'));
  expect(await runCommand(['log', 'sim-x', file])).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is no line about the reel sim-x') as string,
  });
});
