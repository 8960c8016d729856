/** An ISO time as people read it, still in UTC: `2025-12-06 14:03:21 UTC`. */
export function moment(iso: string): string {
  return iso.replace('T', ' ').replace(/(?:\.\d+)?Z$/, ' UTC');
}
