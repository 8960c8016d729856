export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const UNIT_MS = { ms: 1, s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS } as const;

const PATTERN = /^(\d{1,9})(ms|s|m|h|d)$/;
/** A hundred years. A date that lies further away than JavaScript's last one cannot be written down. */
const LONGEST_MS = 36_500 * DAY_MS;

/**
 * Milliseconds of a duration as settings and requests write it: `500ms`, `30s`, `10m`, `2h`, `7d`.
 *
 * @returns undefined when the text is no such duration.
 */
export function parseDuration(text: string): number | undefined {
  const match = PATTERN.exec(text.trim());
  if (!match) return undefined;
  const ms = Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
  return ms <= LONGEST_MS ? ms : undefined;
}

/** A duration for people: `30 s`, `2.5 min`, `3 h`, `7 d`. */
export function formatDuration(ms: number): string {
  if (ms < MINUTE_MS) return `${trim(ms / SECOND_MS)} s`;
  if (ms < HOUR_MS) return `${trim(ms / MINUTE_MS)} min`;
  if (ms < 2 * DAY_MS) return `${trim(ms / HOUR_MS)} h`;
  return `${trim(ms / DAY_MS)} d`;
}

function trim(value: number): string {
  return String(Math.round(value * 10) / 10);
}
