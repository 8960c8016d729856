import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ClaimAnswer, ClaimEntry } from './claims';
import { createDirectoryClaims } from './directory-claims';
import { createPaths } from '../paths';

const at = '2026-11-01T00:00:00.000Z';
const key = { reelId: 'a'.repeat(26), generation: 1, number: 1 };
const entryOf = (sender: string): ClaimEntry => ({ claimedAt: at, sendBefore: at, answerBefore: at, sender });
const entry = entryOf('me');
const created: ClaimAnswer = {
  kind: 'created',
  at,
  runwayTaskId: 'task-1',
  estimatedCredits: 80,
  requestId: 'req-1',
};
const refused: ClaimAnswer = { kind: 'refused', at, failure: { code: 'rate_limited' } };
const unknown: ClaimAnswer = { kind: 'unknown', at, failure: { code: 'submit_outcome_unknown' } };

let root: string;
let claims: ReturnType<typeof createDirectoryClaims>;
let path: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'claims-'));
  const paths = createPaths(root);
  claims = createDirectoryClaims(paths);
  path = paths.claim(key);
});
afterEach(() => rm(root, { recursive: true }));

async function writeClaim(text: string) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

describe('one file is one claim', () => {
  test('a claim is bare until its answer is there', async () => {
    await expect(claims.read(key)).resolves.toBeUndefined();
    await expect(claims.claim(key, entry)).resolves.toBe(true);
    await expect(claims.read(key)).resolves.toEqual({ kind: 'claimed', entry });
    await claims.answer(key, created);
    await expect(claims.read(key)).resolves.toEqual({ kind: 'claimed', entry, answer: created });
  });

  test('a claim cannot be voided, a void cannot be claimed', async () => {
    await claims.claim(key, entry);
    await expect(claims.voidClaim(key)).resolves.toBe(false);
    await expect(claims.read(key)).resolves.toEqual({ kind: 'claimed', entry });

    const second = { ...key, number: 2 };
    await expect(claims.voidClaim(second)).resolves.toBe(true);
    await expect(claims.claim(second, entry)).resolves.toBe(false);
    await expect(claims.read(second)).resolves.toEqual({ kind: 'void' });
  });

  test('of 50 who claim or void at once, one wins, and all read what the winner wrote', async () => {
    const outcomes = await Promise.all(
      [...Array(50).keys()].map(async (n) => {
        // Each with claims of its own, as separate workers have them.
        const own = createDirectoryClaims(createPaths(root));
        const won = n % 5 === 0 ? await own.voidClaim(key) : await own.claim(key, entryOf(`worker ${n}`));
        return { n, won, seen: await own.read(key) };
      }),
    );
    const winners = outcomes.filter(({ won }) => won);
    expect(winners).toHaveLength(1);
    const n = winners[0]?.n ?? 0;
    const truth = n % 5 === 0 ? { kind: 'void' } : { kind: 'claimed', entry: entryOf(`worker ${n}`) };
    for (const { seen } of outcomes) expect(seen).toEqual(truth);
    await expect(readdir(dirname(path))).resolves.toEqual(['1.1']);
  });

  test('whoever looks while a claim is made sees nothing or all of it', async () => {
    for (let number = 1; number <= 20; number += 1) {
      const next = { ...key, number };
      const claiming = claims.claim(next, entry);
      const seen = await Promise.all([...Array(20)].map(() => claims.read(next)));
      await claiming;
      for (const state of seen) expect([undefined, { kind: 'claimed', entry }]).toContainEqual(state);
    }
  });

  test('an answer without a claim is an error and creates none', async () => {
    await expect(claims.answer(key, created)).rejects.toMatchObject({ code: 'disk' });
    await expect(claims.read(key)).resolves.toBeUndefined();
  });
});

describe('the counters before a submit', () => {
  const before = { creditBalance: 920, dailyGenerations: 3 };

  test('are kept with the claim', async () => {
    await claims.claim(key, { ...entry, before });
    await claims.answer(key, unknown);
    await expect(claims.read(key)).resolves.toMatchObject({ entry: { ...entry, before }, answer: unknown });
  });

  test('are left out when they cannot be read: the claim stands', async () => {
    await writeClaim(`${JSON.stringify({ kind: 'claimed', ...entry, before: { creditBalance: 'many' } })}\n`);
    await expect(claims.read(key)).resolves.toEqual({ kind: 'claimed', entry });
  });
});

describe('several answers', () => {
  test('a task ID counts, whatever is written before or after it', async () => {
    await claims.claim(key, entry);
    await claims.answer(key, unknown);
    await claims.answer(key, created);
    await claims.answer(key, refused);
    await expect(claims.read(key)).resolves.toMatchObject({ answer: created });
  });

  test('a task ID counts also in a claim that its maker could not keep: it would be paid for again', async () => {
    await claims.voidClaim(key);
    await claims.answer(key, created);
    await expect(claims.read(key)).resolves.toMatchObject({ kind: 'claimed', answer: created });
  });

  test('a task ID counts whatever stands beside it for people', async () => {
    await claims.claim(key, entry);
    await appendFile(path, `${JSON.stringify({ ...created, requestId: { of: 'another form' } })}\n`);
    await expect(claims.read(key)).resolves.toMatchObject({ answer: { runwayTaskId: 'task-1' } });
  });

  test('else the latest counts', async () => {
    await claims.claim(key, entry);
    await claims.answer(key, unknown);
    await claims.answer(key, refused);
    await expect(claims.read(key)).resolves.toMatchObject({ answer: refused });
  });

  test('a failure without content is an answer all the same', async () => {
    await claims.claim(key, entry);
    await claims.answer(key, { kind: 'refused', at, failure: undefined });
    await expect(claims.read(key)).resolves.toMatchObject({ answer: { kind: 'refused' } });
  });
});

describe('torn files', () => {
  test('an answer that is cut anywhere is no answer, and a later one is read', async () => {
    await claims.claim(key, entry);
    const bare = (await readFile(path)).length;
    await claims.answer(key, created);
    const whole = (await readFile(path, 'utf8')).trimEnd();
    for (let length = whole.length - 1; length >= bare; length -= 1) {
      await truncate(path, length);
      await expect(claims.read(key)).resolves.toEqual({ kind: 'claimed', entry });
    }
    await appendFile(path, '{"kind":"crea');
    await claims.answer(key, created);
    await expect(claims.read(key)).resolves.toEqual({ kind: 'claimed', entry, answer: created });
  });

  test.each([
    '',
    '\n',
    '{',
    '{"kind":"void"',
    '{"kind":"claimed","claimedAt":"x"}',
    '\0\0\0\0',
    '{"kind":"vo\n',
  ])('a file that says no more than %j is a bare claim of an unknown sender', async (text) => {
    await writeClaim(text);
    const state = await claims.read(key);
    expect(state).toEqual({
      kind: 'claimed',
      entry: expect.objectContaining({ sender: expect.stringContaining('unknown') }),
    });
    expect(state?.kind === 'claimed' && Date.parse(state.entry.answerBefore)).toBeGreaterThan(Date.now());
    await expect(claims.claim(key, entry)).resolves.toBe(false);
    await expect(claims.voidClaim(key)).resolves.toBe(false);
  });

  test('the answer to a claim whose own line is torn is still read', async () => {
    await writeClaim('{"kind":"claimed","cla');
    await claims.answer(key, created);
    await expect(claims.read(key)).resolves.toMatchObject({ kind: 'claimed', answer: created });
  });
});
