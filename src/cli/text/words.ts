/** Times, sizes and amounts as people read them on a terminal. */
import type { DailyUse } from '../../contract/schemas/usage';
import { cutText } from '../../contract/text';
import { formatCredits } from '../../contract/money';

/** An ISO time as people read it, still in UTC: `2025-12-06 14:03:21 UTC`. */
export function moment(iso: string): string {
  return iso.replace('T', ' ').replace(/(?:\.\d+)?Z$/, ' UTC');
}

/** A span of time as a clock shows it: `0:07`, `12:40`, `3:05:00`. */
export function clock(ms: number): string {
  const total = Math.max(0, Math.round(ms / 1_000));
  const pair = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes, seconds] = [Math.floor(total / 3_600), Math.floor(total / 60) % 60, total % 60];
  return hours > 0 ? `${hours}:${pair(minutes)}:${pair(seconds)}` : `${minutes}:${pair(seconds)}`;
}

const UNITS = ['kB', 'MB', 'GB', 'TB'] as const;

/** Bytes for people, in powers of 1000: `640 bytes`, `1.2 MB`, `38 GB`. */
export function fileSize(bytes: number): string {
  let value = bytes;
  let name = 'bytes';
  for (const unit of UNITS) {
    if (value < 1_000) break;
    [value, name] = [value / 1_000, unit];
  }
  return `${value < 10 && name !== 'bytes' ? value.toFixed(1) : Math.round(value)} ${name}`;
}

const CELL_LENGTH = 40;

/** The beginning of a text, for a cell of a table. */
export function oneLine(text: string): string {
  return cutText(text.replace(/\s+/g, ' '), CELL_LENGTH, '…');
}

/** `$3.20 (320 credits) of $20.00 (2000 credits)`, or the first half where there is no limit. */
export function dailyUseText({ committed, limit }: DailyUse): string {
  return limit === undefined
    ? formatCredits(committed)
    : `${formatCredits(committed)} of ${formatCredits(limit)}`;
}
