/** The move from 0.1.0 into the database is killed before each change of a file and each statement, and the next start goes on. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openStorage } from '../../../src/storage/storage';
import { ENTRY, head, ID, idOf, layOldFiles, tombstone } from '../../../test/support/old-files';
import { ROOT } from '../../stack/build';

const FIXTURES = path.join(ROOT, 'src/storage/fixtures');
const LOADERS = ['tools/typescript.js', 'src/storage/fixtures/kill-at-call.cjs'];

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'killed-move-'));
  layOldFiles(root);
});
afterEach(() => rmSync(root, { recursive: true }));

/** @returns whether it was killed. */
function openAndDie(at: number): boolean {
  const loaders = LOADERS.flatMap((file) => ['--require', path.join(ROOT, file)]);
  const { status, signal, stderr } = spawnSync(
    process.execPath,
    [...loaders, path.join(FIXTURES, 'open-child.js'), root],
    { env: { ...process.env, KILL_AT: String(at) }, encoding: 'utf8' },
  );
  if (signal === 'SIGKILL') return true;
  if (status !== 0) throw new Error(`killed at ${at}: ${stderr}`);
  return false;
}

async function isWhole(): Promise<void> {
  const storage = await openStorage({ root, say: () => undefined });
  try {
    expect(await storage.readOrder(ID)).toEqual(head(ID));
    expect(await storage.readTombstone(idOf('d'))).toEqual(tombstone(idOf('d')));
    expect(await storage.claims.list(ID)).toHaveLength(5);
    expect(await storage.claims.read({ reelId: ID, generation: 1, number: 1 })).toEqual({
      kind: 'claimed',
      entry: ENTRY,
    });
    expect(await storage.ledger.committed(new Date())).toBe(170);
    expect(await storage.signingKey()).toEqual(Buffer.alloc(32, 7));
    expect(existsSync(path.join(root, 'reels', ID, 'claims'))).toBe(false);
    expect(existsSync(path.join(root, 'moving-from-0.1'))).toBe(false);
  } finally {
    await storage.close();
  }
}

test('killed at any instant, the next start has everything', async () => {
  let deaths = 0;
  for (let at = 1; openAndDie(at); at += 3) {
    deaths += 1;
    await isWhole();
    rmSync(root, { recursive: true });
    layOldFiles(root);
  }
  await isWhole();
  expect(deaths).toBeGreaterThan(30);
});

test('killed again and again, it gets there', async () => {
  for (let at = 150; at > 0; at -= 10) openAndDie(at);
  await isWhole();
});
