/** `generate` and what belongs to it, against the real service: every exit code, and a restart of the API on the way. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reel } from '../../src/contract/schemas/reel';
import { startApi } from '../support/api';
import { type Ran, runCommand } from '../support/cli';
import { Service } from '../support/service';

let service: Service;
let folder: string;
beforeAll(async () => {
  service = await Service.start({ policy: { decisionPatienceMs: 600_000 } });
  folder = await mkdtemp(join(tmpdir(), 'reels-cli-'));
});
afterAll(async () => {
  await service?.stop();
  await rm(folder, { recursive: true, force: true });
});

const cli = (args: readonly string[], url = service.api.url): Promise<Ran> =>
  runCommand(args, { DURABLE_REELS_URL: url });
const idIn = ({ out, err }: Ran): string => /sim-[a-z2-7]{26}/.exec(out + err)?.[0] ?? '';
const prompt = (scenario: string) => `A calm sea at dawn #${scenario}`;

test('0: the video is saved under its name, and what happened stands on standard error', async () => {
  const { code, out, err } = await cli([
    ...['generate', prompt('internal-once'), '--title', 'Lake Day', '--date', '2025-12-06'],
    ...['--output', folder],
  ]);
  expect(code).toBe(0);
  expect(err).toMatch(/^Reel sim-\S+ \(a practice clip/);
  expect(err).not.toContain('\u001b');
  const file = join(folder, '2025-12-06-lake-day.mp4');
  expect(out).toContain(file);
  const { video, generations } = await service.reel(idIn({ code, out, err }));
  expect(generations).toHaveLength(2);
  expect(
    createHash('sha256')
      .update(await readFile(file))
      .digest('hex'),
  ).toBe(video?.sha256);
  expect(await readdir(folder)).toEqual(['2025-12-06-lake-day.mp4']);
});

test('1: a reel that fails says why and what to do', async () => {
  const ran = await cli(['generate', prompt('http-402'), '--output', folder]);
  expect(ran).toMatchObject({ code: 1, out: expect.stringMatching(/What you can do\n {2}1\. /) as string });
});

test('2: what the service refuses costs nothing; a dry run tells the price', async () => {
  const wrong = await cli(['generate', prompt('never-sent'), '--duration', '99']);
  expect(wrong).toMatchObject({ code: 2, out: '', err: expect.stringContaining('duration') as string });
  const dry = await cli(['generate', prompt('never-sent'), '--audio', 'music', '--dry-run']);
  expect(dry).toMatchObject({ code: 0, out: expect.stringContaining('$1.20 (120 credits)') as string });
  expect(service.posts('never-sent')).toEqual([]);
});

test('3: detached or out of time, the reel goes on; the same key joins it, and cancel stops it', async () => {
  const args = ['generate', prompt('pending-forever'), '--output', folder, '--idempotency-key', 'one-reel'];
  const detached = await cli([...args, '--detach']);
  expect(detached.code).toBe(3);
  const id = idIn(detached);
  const joined = await cli([...args, '--timeout', '300ms', '--json']);
  expect(joined).toMatchObject({ code: 3, err: '' });
  expect(JSON.parse(joined.out)).toMatchObject({ id });
  expect(await cli(['download', id])).toMatchObject({ code: 3 });

  const watched = cli(['watch', id]);
  expect(await cli(['cancel', id])).toMatchObject({ code: 0 });
  expect(await watched).toMatchObject({ code: 1, out: expect.stringContaining('cancelled') as string });
  await service.closed(id);
  expect(service.posts('pending-forever').length).toBeLessThanOrEqual(1);
});

test('4: a lost answer is the decision of a person', async () => {
  const ran = await cli(['generate', prompt('lost-504'), '--output', folder]);
  expect(ran.code).toBe(4);
  const id = idIn(ran);
  expect(ran.out).toContain(`durable-reels resolve ${id} --regenerate`);
  expect(await cli(['resolve', id, '--abandon'])).toMatchObject({ code: 0 });
  expect(await cli(['watch', id])).toMatchObject({ code: 1 });
  await service.closed(id);
});

test('a restart of the API in the middle is not the end of a watch', async () => {
  const line = await startLine(service.api.url);
  const { id } = await service.order('slow');
  const watched = cli(['watch', id, '--json'], line.url);
  await line.used();
  // Another process would have no memory of this one's streams either.
  const restarted = await startApi(service.env.client, {
    storage: service.storage,
    backend: { kind: 'simulator', baseUrl: service.simulator.url },
  });
  try {
    line.cut();
    line.leadTo(restarted.url);
    await service.ended(id);
    const { code, out } = await watched;
    expect(code).toBe(0);
    expect(JSON.parse(out) as Reel).toMatchObject({ id, status: 'succeeded' });
  } finally {
    await restarted.close();
    await line.close();
  }
  await service.closed(id);
});

test('what failed in an outage is made again, once', async () => {
  const { id } = await service.make('no-credits');
  await service.closed(id);
  const args = ['remake', '--code', 'insufficient_credits', '--since', '1h'];
  const dry = await cli([...args, '--dry-run', '--json']);
  expect(JSON.parse(dry.out)).toMatchObject({ count: 1, credits: 80, reels: [id] });
  const { made } = JSON.parse((await cli([...args, '--yes', '--json'])).out) as {
    made: { from: string; id: string }[];
  };
  expect(made).toMatchObject([{ from: id }]);
  const remade = made[0]?.id ?? '';
  expect(await service.ended(remade)).toMatchObject({ remakeOf: id });
  await service.closed(remade);
  expect((await service.reel(id)).remadeAs).toEqual([remade]);
});

test('a video is downloaded later, and a reel deleted for good', async () => {
  const { id } = await service.make('', { title: 'Later' });
  await service.closed(id);
  const file = join(folder, 'later.mp4');
  expect(await cli(['download', id, '-o', file])).toMatchObject({ code: 0 });
  expect(await cli(['download', id, '-o', file])).toMatchObject({ code: 2 });
  expect(await cli(['delete', id, '--yes'])).toMatchObject({ code: 0 });
  expect(await cli(['show', id])).toMatchObject({ code: 2 });
});

test('doctor and spend read what the service answers', async () => {
  const { code, out } = await cli(['doctor']);
  expect(out).toMatch(/^✓ worker +asks for work$/m);
  expect(out).toMatch(/^✓ storage/m);
  // The service of the tests has no reader of the account.
  expect({ code, out }).toMatchObject({ code: 1, out: expect.stringMatching(/^✗ Runway /m) as string });
  expect((await cli(['spend', '--month'])).out).toMatch(/charged +\$/);
});

/** An address that stays while what is behind it changes. */
async function startLine(target: string) {
  let port = Number(new URL(target).port);
  const sockets = new Set<Socket>();
  let firstUse: () => void;
  const used = new Promise<void>((resolve) => (firstUse = resolve));
  const server = createServer((socket) => {
    const onward = connect(port, '127.0.0.1');
    for (const end of [socket, onward]) sockets.add(end.on('error', () => undefined));
    socket.pipe(onward).pipe(socket);
    onward.once('data', () => firstUse());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    used: () => used,
    cut: () => sockets.forEach((socket) => socket.destroy()),
    leadTo: (url: string) => void (port = Number(new URL(url).port)),
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
