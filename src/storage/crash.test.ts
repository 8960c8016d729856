import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openStorage } from './storage';
import { checkStructure } from '../../test/support/video-check';

const REEL = 'aaaaaaaaaaaaaaaaaaaaaaaaaa';
const VIDEO = join(__dirname, 'fixtures', 'vertical-audio.mp4');

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'crash-'));
});
afterEach(() => rm(root, { recursive: true }));

/** Lets a process store things and kills it with SIGKILL as soon as it has said `count` times that one is durable. */
async function storeUntilKilled(count: number): Promise<string[]> {
  const child = spawn(
    process.execPath,
    [...process.execArgv, join(__dirname, 'fixtures', 'crash-child.js'), root],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const said: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    said.push(line);
    if (said.length === count) child.kill('SIGKILL');
  }
  return said;
}

test.each([1, 2, 3, 4, 5, 9, 17, 34])(
  'a process killed after %i steps leaves what it had stored, and nothing that is half there',
  async (count) => {
    const said = await storeUntilKilled(count);
    expect(said.length).toBeGreaterThanOrEqual(count);
    const storage = await openStorage({ root, check: checkStructure });
    const spending = await storage.ledger.list(new Date(0));
    const last = Number(said.at(-1)?.split(' ')[1]);

    for (let generation = 1; generation <= last + 1; generation += 1) {
      const durable = (step: string) => said.includes(`${step} ${generation}`);
      const spent = spending.filter((entry) => entry.generation === generation);
      expect(spent.length).toBeLessThanOrEqual(1);
      if (durable('reserve')) expect(spent).toHaveLength(1);
      if (durable('settle')) expect(spent[0]).toMatchObject({ settled: { charged: 80 } });

      const claim = await storage.claims.read({ reelId: REEL, generation, number: 1 });
      if (durable('claim')) expect(claim).toBeDefined();
      if (claim) expect(claim).toMatchObject({ kind: 'claimed', entry: { sender: 'child' } });
      if (durable('answer'))
        expect(claim).toMatchObject({ answer: { kind: 'created', runwayTaskId: `task-${generation}` } });

      const second = await storage.claims.read({ reelId: REEL, generation, number: 2 });
      expect(second).toEqual(durable('void') || second ? { kind: 'void' } : undefined);

      const video = await storage.findVideo(REEL, generation);
      if (durable('video')) expect(video).toBeDefined();
      if (video) expect(video.video).toMatchObject({ width: 720, height: 1280, hasAudio: true });

      const again = { reelId: REEL, generation, source: createReadStream(VIDEO) };
      await expect(storage.storeVideo(again)).resolves.toMatchObject({
        video: { bytes: expect.any(Number) },
      });
    }

    const record = await storage.readRecord(REEL);
    const written = said.filter((line) => line.startsWith('record')).length;
    expect(Number(record?.workflowId ?? 0)).toBeGreaterThanOrEqual(written);

    // The next writers have cleaned up after the dead one.
    await storage.claims.voidClaim({ reelId: REEL, generation: last + 2, number: 1 });
    await storage.ledger.settle(REEL, last + 2, { charged: 0, uncertain: 0, at: '2026-11-01T00:00:00.000Z' });
    const names = await readdir(root, { recursive: true });
    expect(names.filter((name) => name.endsWith('.part'))).toEqual([]);
  },
);
