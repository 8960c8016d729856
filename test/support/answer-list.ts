import type { Page } from 'playwright-core';
import type { Reel } from '../../src/contract/schemas/reel';

/** Answers the page's requests for the list of reels with these, in pages, as the API would. */
export async function answerList(page: Page, reels: readonly Reel[]): Promise<void> {
  await page.route(/\/v1\/reels\?/, async (asked) => {
    const said = new URL(asked.request().url()).searchParams;
    const from = Number(said.get('cursor') ?? 0);
    const to = from + Number(said.get('limit'));
    await asked.fulfill({
      json: { reels: reels.slice(from, to), nextCursor: to < reels.length ? String(to) : null },
    });
  });
}
