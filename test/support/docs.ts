/** Reads the documents of the repository, and what stands in them. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const ROOT = join(__dirname, '../..');

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export function exists(path: string): boolean {
  return existsSync(join(ROOT, path));
}

/** Files under a folder or at a path, relative to the repository. */
export function filesIn(path: string): string[] {
  const full = join(ROOT, path);
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(path, entry.parentPath.slice(full.length), entry.name));
}

export function markdownFiles(): string[] {
  const atTop = readdirSync(ROOT).filter((name) => name.endsWith('.md'));
  return [...atTop, ...filesIn('docs').filter((path) => path.endsWith('.md'))];
}

/**
 * Relative links of a page that lead nowhere: to no file, or to no heading.
 *
 * @param headingsAt the headings' anchors of another page; undefined when it does not exist.
 */
export function brokenLinks(
  path: string,
  markdown: string,
  target: (path: string) => string | undefined = (other) =>
    exists(other) ? (other.endsWith('.md') ? read(other) : '') : undefined,
): string[] {
  const links = [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file = '', anchor] = link.split('#');
    const text = file === '' ? markdown : target(normalize(join(dirname(path), file)));
    return text === undefined || (anchor !== undefined && !anchorsOf(text).includes(anchor));
  });
}

/** Anchors of the headings, as GitHub makes them. */
function anchorsOf(markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Headings and links inside a code block are none. */
function withoutCode(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```$/gm, '');
}

/** JSON bodies of all `curl … -d '…'` of a page. */
export function curlBodies(markdown: string): unknown[] {
  return [...markdown.matchAll(/-d '([^']*)'/g)].map(([, body = '']) => JSON.parse(body) as unknown);
}

/** Cells of the rows of the table whose head begins with these cells. */
export function tableRows(markdown: string, ...head: string[]): string[][] {
  const lines = markdown.split('\n');
  const cells = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  const start = lines.findIndex((line) => head.every((cell, index) => cells(line)[index] === cell));
  if (start < 0) throw new Error(`there is no table with the head ${head.join(', ')}`);
  const rest = lines.slice(start + 2);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(0, end < 0 ? undefined : end).map(cells);
}

/** What stands in backticks. */
export function codeIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}
