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
