import { printable } from '../../contract/text';

/**
 * The same value with printable texts only: a prompt or a failure that somebody else wrote could otherwise repaint the
 * terminal.
 */
export function plain<T>(value: T): T {
  if (typeof value === 'string') return printable(value) as T;
  if (Array.isArray(value)) return value.map(plain) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [plain(key), plain(inner)])) as T;
}
