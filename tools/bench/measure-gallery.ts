/**
 * `npm run bench:gallery -- <address>`: how smoothly the gallery scrolls with 1,000 reels, on a service that runs and has
 * a finished reel. The list is that reel a thousand times, each with a poster of its own; everything else is the real page.
 */
import type { Page } from 'playwright-core';
import type { Reel } from '../../src/contract/schemas/reel';
import { machine } from './machine';
import { answerList } from '../../test/support/answer-list';
import { PHONE, DESK, TestBrowser } from '../../test/support/browser';

const REELS = 1_000;
const FRAMES = 600;
/** 40 pixels a frame: about two and a half screens in a second. */
const STEP = 40;

interface Smoothness {
  readonly medianMs: number;
  readonly slowest5Ms: number;
  readonly longTasks: number;
  readonly longestMs: number;
  readonly blockedMs: number;
}

async function main(url: string | undefined): Promise<void> {
  if (url === undefined)
    throw new Error('Which service? For example: npm run bench:gallery -- http://127.0.0.1:3000');
  const answer = await fetch(new URL('/v1/reels?status=succeeded&limit=1', url));
  const [like] = ((await answer.json()) as { reels?: Reel[] }).reels ?? [];
  if (like?.video === undefined) throw new Error('The service has no finished reel: make one first.');
  const all = Array.from({ length: REELS }, (_, n) => copyOf(like, n));

  console.log(machine());
  const browser = await TestBrowser.start();
  try {
    for (const [device, viewport] of Object.entries({ desk: DESK, phone: PHONE })) {
      const page = await browser.open('about:blank', { viewport });
      await answerList(page, all);
      await page.goto(url);
      await loadAll(page);
      console.log(device, await scroll(page));
      await browser.closePages();
    }
  } finally {
    await browser.close();
  }
}

function copyOf(like: Reel, n: number): Reel {
  const id = like.id.slice(0, -4) + String(n).padStart(4, '0');
  const video = like.video && { ...like.video, sha256: String(n).padStart(64, '0') };
  return { ...like, id, request: { ...like.request, title: `Reel ${n}` }, ...(video && { video }) };
}

async function loadAll(page: Page): Promise<void> {
  await page.locator('.reel-card').first().waitFor();
  await page.evaluate(`(async () => {
    while (document.querySelectorAll('.reel-card').length < ${REELS}) {
      scrollTo(0, document.body.scrollHeight);
      await new Promise((done) => setTimeout(done, 100));
    }
    document.querySelector('.gallery').scrollIntoView();
  })()`);
  await page.waitForLoadState('networkidle');
}

function scroll(page: Page): Promise<Smoothness> {
  return page.evaluate<Smoothness>(`(async () => {
    const long = [];
    const observer = new PerformanceObserver((list) => long.push(...list.getEntries().map((task) => task.duration)));
    observer.observe({ entryTypes: ['longtask'] });
    const times = [];
    await new Promise((done) => {
      const next = (now) => {
        times.push(now);
        scrollBy(0, ${STEP});
        if (times.length > ${FRAMES}) done();
        else requestAnimationFrame(next);
      };
      requestAnimationFrame(next);
    });
    const gaps = times.slice(1).map((at, index) => at - times[index]).sort((a, b) => a - b);
    const share = (part) => Math.round(gaps[Math.floor(part * (gaps.length - 1))] * 10) / 10;
    return {
      medianMs: share(0.5),
      slowest5Ms: share(0.95),
      longTasks: long.length,
      longestMs: Math.round(Math.max(0, ...long)),
      blockedMs: Math.round(long.reduce((sum, ms) => sum + ms - 50, 0)),
    };
  })()`);
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
