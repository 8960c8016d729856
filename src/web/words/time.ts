import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../contract/duration';

/** `8 s`, `1 min 20 s`, `2 h 5 min`, `3 days`. Never negative. */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND_MS));
  if (seconds < 60) return `${seconds} s`;
  if (ms < HOUR_MS) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.floor(ms / MINUTE_MS);
  if (ms < 2 * DAY_MS) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  return `${Math.floor(ms / DAY_MS)} days`;
}

function pair(much: number, big: string, little: number, small: string): string {
  return little === 0 ? `${much} ${big}` : `${much} ${big} ${little} ${small}`;
}

/** Until a time, rounded up: a countdown says `1 s` until it is over, and then nothing. */
export function formatUntil(at: string, now: number): string | undefined {
  const left = Date.parse(at) - now;
  return left > 0 ? formatSpan(Math.ceil(left / SECOND_MS) * SECOND_MS) : undefined;
}

/** `12:03` today, else `6 Dec, 12:03`, in the reader's own time zone. */
export function formatMoment(at: string, now: number): string {
  const date = new Date(at);
  const time = date.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
  if (date.toDateString() === new Date(now).toDateString()) return time;
  return `${date.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })}, ${time}`;
}

/** `6 December 2025`, of a day without a time: no time zone may move it. */
export function formatDay(day: string): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString(undefined, {
    dateStyle: 'long',
    timeZone: 'UTC',
  });
}
