/** The longest that a server's advice is followed: a wrong header must not park a reel for days. */
export const RETRY_AFTER_CAP_MS = 3_600_000;

/**
 * Milliseconds to wait by a `Retry-After` header in either form (seconds or an HTTP date), capped.
 *
 * @returns undefined when there is no header or it is neither form.
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const ms = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1_000 : parseDate(text) - now;
  if (Number.isNaN(ms)) return undefined;
  return Math.min(Math.max(ms, 0), RETRY_AFTER_CAP_MS);
}

/**
 * Date.parse alone reads "soon 5" as a day of 2001, and so as no delay at all, and a date without a zone, as `asctime`
 * writes it, in the zone of this machine. HTTP dates are in GMT.
 */
function parseDate(text: string): number {
  const [, zone] = /^[a-z]+,? .*\d{2}:\d{2}:\d{2}(?: \d{4}$)?(.*)/i.exec(text) ?? [];
  return zone === undefined ? Number.NaN : Date.parse(zone === '' ? `${text} GMT` : text);
}
