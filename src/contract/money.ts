/** Price of one Runway API credit in US dollars (docs.dev.runwayml.com, pricing). */
export const DOLLARS_PER_CREDIT = 0.01;

/** Without any other bound, a reel may cost as much as this many generations with the caller's settings. */
export const DEFAULT_GENERATIONS_PAID = 4;

/** From this share of a limit on people should know. */
export const NEARLY_USED_UP = 0.8;

/** Money as people are shown it everywhere: `$0.80 (80 credits)`. */
export function formatCredits(amount: number): string {
  // Prices have decimals, and sums of them more than anybody charges.
  const credits = Math.round(amount * 100) / 100;
  return `${formatDollars(credits)} (${credits} ${credits === 1 ? 'credit' : 'credits'})`;
}

/** `$0.80` */
export function formatDollars(credits: number): string {
  return `$${(credits * DOLLARS_PER_CREDIT).toFixed(2)}`;
}

/** The most that one generation may cost, in whole credits. */
export function generationCredits(price: {
  readonly perSecond: number;
  readonly seconds: number;
  /** Charged once for the input image. */
  readonly image?: number;
  /** A generation never costs less. */
  readonly minimum?: number;
}): number {
  const { perSecond, seconds, image = 0, minimum = 0 } = price;
  // Rates have one decimal: without the rounding, 6.8 × n may come out a hair above a whole number and cost
  // a credit that Runway does not charge.
  const cost = Math.round((perSecond * seconds + image) * 10) / 10;
  return Math.ceil(Math.max(cost, minimum));
}
