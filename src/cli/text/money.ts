/** Money as the service shows it everywhere: `$0.80 (80 credits)`. One Runway API credit is US$0.01. */
export function money(amount: number): string {
  // Prices have decimals, and sums of them more than anybody charges.
  const credits = Math.round(amount * 100) / 100;
  return `$${(credits / 100).toFixed(2)} (${credits} ${credits === 1 ? 'credit' : 'credits'})`;
}
