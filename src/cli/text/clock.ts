/** A span of time as a clock shows it: `0:07`, `12:40`, `3:05:00`. */
export function clock(ms: number): string {
  const total = Math.max(0, Math.round(ms / 1_000));
  const pair = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes, seconds] = [Math.floor(total / 3_600), Math.floor(total / 60) % 60, total % 60];
  return hours > 0 ? `${hours}:${pair(minutes)}:${pair(seconds)}` : `${minutes}:${pair(seconds)}`;
}
