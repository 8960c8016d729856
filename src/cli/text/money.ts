/** Money as the service shows it everywhere: `$0.80 (80 credits)`. One Runway API credit is US$0.01. */
export function money(credits: number): string {
  return `$${(credits / 100).toFixed(2)} (${credits} ${credits === 1 ? 'credit' : 'credits'})`;
}
