/** Path of a reel, or of what is below it, whatever the caller typed as its ID. */
export function reelPath(id: string, below = ''): string {
  return `/v1/reels/${encodeURIComponent(id.toWellFormed())}${below && `/${below}`}`;
}
