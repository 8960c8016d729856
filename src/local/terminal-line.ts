import { printable } from '../contract/text';

/**
 * What the terminal shows of a line in a child's log: what happens to reels, and all warnings and
 * errors, each in one short line. Everything else stays in the log file.
 *
 * @returns undefined for a line that is not to be shown.
 */
export function terminalLine(child: string, line: string): string | undefined {
  const entry = parse(line);
  // Not ours: a crash, or a warning of Node.
  if (!entry) return `${child}: ${oneLine(line)}`;
  const { time, level, msg } = entry;
  const bad = level === 'warn' || level === 'error' || level === 'fatal';
  const reel = ['reelId', 'reel', 'workflowId'].map((key) => entry[key]).find(isText);
  // Requests and calls to Runway: what becomes of the reel says enough.
  const traffic = entry['path'] !== undefined || entry['call'] !== undefined;
  if (!bad && (traffic || level !== 'info' || reel === undefined)) return undefined;

  const clock = isText(time) && !Number.isNaN(Date.parse(time)) ? new Date(time) : new Date();
  const parts = [clock.toTimeString().slice(0, 8), child.padEnd(6), bad ? `${level.toUpperCase()}:` : ''];
  const text = isText(msg) ? msg : '';
  const cause = errorText(entry['err'] ?? entry['error']);
  parts.push(reel !== undefined && !text.includes(reel) ? `${reel}: ${text}` : text);
  if (cause && !text.includes(cause)) parts.push(`(${cause})`);
  return oneLine(parts.filter(Boolean).join(' '));
}

function oneLine(text: string): string {
  return printable(text).replaceAll('\n', ' ');
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function errorText(error: unknown): string | undefined {
  if (isText(error)) return error;
  if (typeof error !== 'object' || error === null) return undefined;
  const { message } = error as { message?: unknown };
  return isText(message) ? message : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
