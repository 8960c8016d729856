const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const PATTERN = /^(\d{1,9})(ms|s|m|h|d)$/;
/** A hundred years. A date that lies further away than JavaScript's last one cannot be written down. */
const LONGEST_MS = 36_500 * UNIT_MS.d;

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
  if (ms < 60_000) return `${trim(ms / 1_000)} s`;
  if (ms < 3_600_000) return `${trim(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${trim(ms / 3_600_000)} h`;
  return `${trim(ms / 86_400_000)} d`;
}

function trim(value: number): string {
  return String(Math.round(value * 10) / 10);
}
