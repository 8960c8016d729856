/** Price of one Runway API credit in US dollars (docs.dev.runwayml.com, pricing). */
export const DOLLARS_PER_CREDIT = 0.01;

/** Money as people are shown it everywhere: `$0.80 (80 credits)`. */
export function formatCredits(amount: number): string {
  // Prices have decimals, and sums of them more than anybody charges.
  const credits = Math.round(amount * 100) / 100;
  return `$${(credits * DOLLARS_PER_CREDIT).toFixed(2)} (${credits} ${credits === 1 ? 'credit' : 'credits'})`;
}
