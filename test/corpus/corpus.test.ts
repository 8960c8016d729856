/**
 * What is delivered is what plays: each file of the corpus is played by a browser, and looked at as the worker does, with
 * a decoder and without.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { VideoCheck, VideoVerdict } from '../../src/domain/video-check';
import { checkStructure, decodingCheck } from '../support/video-check';
import { BrowserJudge, type Played } from './browser-judge';
import { makeCorpus, type Specimen } from './corpus';
import { renderTable } from './table';

const TABLE = path.join(__dirname, '../../docs/video-checks.md');

let folder: string;
let corpus: Specimen[];
let played: Played[];
let decoded: VideoVerdict[];
let structure: VideoVerdict[];
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'corpus-'));
  corpus = makeCorpus();
  const paths = await Promise.all(
    corpus.map(async ({ bytes }, index) => {
      const file = path.join(folder, String(index));
      await writeFile(file, bytes);
      return file;
    }),
  );
  const lookAtAll = (check: VideoCheck) => Promise.all(paths.map((file) => check(file)));
  decoded = await lookAtAll(await decodingCheck());
  structure = await lookAtAll(checkStructure);
  const judge = await BrowserJudge.start();
  try {
    // As each would be served.
    const types = decoded.map((verdict) =>
      verdict.kind === 'damaged' ? 'video/mp4' : verdict.facts.contentType,
    );
    played = await judge.playAll(corpus, types);
  } finally {
    await judge.close();
  }
}, 1_800_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Files on which a look and the browser do not agree. HEVC is played by phones, and not here. */
function disagreements(verdicts: readonly VideoVerdict[]): string[] {
  return corpus
    .map(({ name, promise }, i) => {
      const [verdict, seen] = [verdicts[i], played[i]];
      if (promise.isHevc || !verdict || !seen || (verdict.kind === 'plays') === seen.toTheEnd) return '';
      return `${name}: ${verdict.kind}; the browser: ${seen.words}`;
    })
    .filter(Boolean);
}

test('the corpus has files that play, files that do not, and files that no browser plays', () => {
  expect(corpus.length).toBeGreaterThanOrEqual(60);
  expect(played.filter(({ toTheEnd }) => toTheEnd).length).toBeGreaterThan(40);
  expect(played.filter(({ toTheEnd }) => !toTheEnd).length).toBeGreaterThan(40);
  expect(decoded.filter(({ kind }) => kind === 'not_playable').length).toBeGreaterThan(10);
});

test('decoded: what plays to its end is delivered, and nothing else', () => {
  expect(disagreements(decoded)).toEqual([]);
});

test('whole HEVC is delivered with a warning, and damaged HEVC is not', () => {
  const hevc = corpus.flatMap(({ name, promise }, i) =>
    promise.isHevc ? [{ name, verdict: decoded[i] }] : [],
  );
  for (const { name, verdict } of hevc) {
    const isDamaged = /zeroed|cut/.test(name);
    expect([name, verdict?.kind]).toEqual([name, isDamaged ? 'damaged' : 'plays']);
    if (verdict?.kind === 'plays') expect(verdict.notes.join()).toContain('HEVC');
  }
  expect(hevc.length).toBeGreaterThanOrEqual(4);
});

test.each(['decoded', 'structure'] as const)('%s: the facts are those of the browser', (how) => {
  for (const [i, verdict] of (how === 'decoded' ? decoded : structure).entries()) {
    const seen = played[i];
    if (verdict.kind !== 'plays' || !seen?.toTheEnd) continue;
    const { width, height, hasAudio, durationSeconds } = verdict.facts;
    const name = corpus[i]?.name;
    expect({ name, width, height, hasAudio }).toEqual({
      name,
      width: seen.width,
      height: seen.height,
      hasAudio: seen.hasAudio,
    });
    // With sound a browser shows the length of what is longer.
    if (!hasAudio && seen.seconds > 0) expect(Math.abs(durationSeconds - seen.seconds)).toBeLessThan(0.1);
  }
});

test('structure: what it does not see is as written in docs/video-checks.md', async () => {
  const table = renderTable(disagreements(structure), corpus.length);
  // To write it anew: WRITE_TABLE=1 npx jest test/corpus
  if (process.env['WRITE_TABLE'] === '1') await writeFile(TABLE, table);
  expect(await readFile(TABLE, 'utf8')).toBe(table);
});
