/** What the documents and comments point to is there. */
import { brokenLinks, exists, filesIn, markdownFiles, read } from '../support/docs';

test.each(markdownFiles())('every relative link of %s leads somewhere', (path) => {
  expect(brokenLinks(path, read(path))).toEqual([]);
});

test('a link to no file, or to no heading, is noticed', () => {
  const page =
    '# Here\n\n[a](gone.md) [b](#there) [c](other.md#gone) [d](#here) [e](other.md#an-end) ![f](no.png)';
  const target = (path: string) => (path === 'docs/other.md' ? '## An end' : undefined);
  expect(brokenLinks('docs/page.md', page, target)).toEqual(['gone.md', '#there', 'other.md#gone', 'no.png']);
});

/** Documents that a text names by their path; "/docs/…" is an address of the API. */
const mentioned = (text: string): string[] => text.match(/(?<!"\/)\bdocs\/[\w./-]+\.(?:md|png)\b/g) ?? [];

test('every document that a comment names exists', () => {
  const sources = ['src', 'test', 'scripts', 'deploy', 'eslint.config.js', 'docker-compose.yml', 'Dockerfile']
    .flatMap(filesIn)
    .filter((path) => !path.endsWith('.mp4') && !path.includes('replay/histories'));
  const gone = sources.flatMap((path) =>
    path === 'test/contract/docs-links.test.ts'
      ? []
      : mentioned(read(path))
          .filter((document) => !exists(document))
          .map((document) => `${path}: ${document}`),
  );
  expect(gone).toEqual([]);
  expect(mentioned('// see docs/architecture.md, docs/gone.md.').filter((path) => !exists(path))).toEqual([
    'docs/gone.md',
  ]);
});

/** Files and folders of the source that a document names in code; old decisions tell of what was. */
const namedSources = (markdown: string): string[] =>
  [...markdown.matchAll(/`((?:src|tools|scripts|test|deploy)\/[\w./-]*\w)`/g)].map(([, path = '']) => path);

test.each(markdownFiles().filter((path) => !/^docs\/decisions\/|^CHANGELOG/.test(path)))(
  'every source that %s names exists',
  (path) => {
    expect(namedSources(read(path)).filter((source) => !exists(source))).toEqual([]);
  },
);

test('every source that a comment names exists', () => {
  const gone = ['src', 'tools', 'scripts']
    .flatMap(filesIn)
    .filter((path) => /\.(?:tsx?|c?js)$/.test(path))
    .flatMap((path) =>
      namedSources(read(path))
        .filter((source) => !exists(source))
        .map((source) => `${path}: ${source}`),
    );
  expect(gone).toEqual([]);
});

test('a source that is gone is noticed', () => {
  expect(namedSources('`src/gone.ts`, `src/contract`').filter((source) => !exists(source))).toEqual([
    'src/gone.ts',
  ]);
});

test('no document calls anything simple', () => {
  const words = /\b(?:just|simply|easy|easily)\b/i;
  expect(markdownFiles().filter((path) => words.test(read(path)))).toEqual([]);
  expect('This is easy.').toMatch(words);
});

test('the change log has the version of package.json', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  expect(read('CHANGELOG.md')).toMatch(new RegExp(`^## \\[${version.replaceAll('.', '\\.')}\\]`, 'm'));
});
