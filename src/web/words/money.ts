const DOLLARS_PER_CREDIT = 0.01;

/** `$0.80 (80 credits)`, as everywhere in the service. */
export function formatCredits(amount: number): string {
  // Prices have decimals, and sums of them more than anybody charges.
  const credits = Math.round(amount * 100) / 100;
  return `${formatDollars(credits)} (${credits} ${credits === 1 ? 'credit' : 'credits'})`;
}

export function formatDollars(credits: number): string {
  const dollars = Math.abs(credits * DOLLARS_PER_CREDIT).toFixed(2);
  return `${credits < 0 ? '−' : ''}$${dollars}`;
}
