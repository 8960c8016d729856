/** Debian's Chromium, as a person would use it; what a page must never do fails the test that did it. */
import { existsSync, readFileSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { HANGS_AFTER_MS } from '../../tools/stack/eventually';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const DESK = { width: 1280, height: 860 };
export const PHONE = { width: 390, height: 844 };

export interface Look {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
}

export class TestBrowser {
  private readonly faults: string[] = [];

  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<TestBrowser> {
    if (CHROMIUM === undefined) {
      throw new Error('Chromium is missing: apt-get install chromium (.ci/run does it)');
    }
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    return new TestBrowser(browser);
  }

  /** A page with cookies and storage of its own, at the page of this service. */
  async open(url: string, { viewport = DESK, colorScheme = 'light' }: Look = {}): Promise<Page> {
    const context = await this.browser.newContext({
      viewport,
      colorScheme,
      reducedMotion: 'reduce',
      locale: 'en-GB',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    page.setDefaultTimeout(HANGS_AFTER_MS);
    page.on('pageerror', (error) => this.faults.push(error.message));
    page.on('console', (message) => {
      if (/Content.Security.Policy|TrustedHTML/i.test(message.text())) this.faults.push(message.text());
    });
    const { origin } = new URL(url);
    page.on('request', (request) => {
      const to = request.url();
      if (!to.startsWith(origin) && !/^(?:blob|data):/.test(to)) this.faults.push(`a request to ${to}`);
    });
    await page.goto(url);
    return page;
  }

  /** Errors of scripts, breaches of the content security policy and requests to others, since the last call. */
  takeFaults(): string[] {
    return this.faults.splice(0);
  }

  async closePages(): Promise<void> {
    await Promise.all(this.browser.contexts().map((context) => context.close()));
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}

/** What axe finds wrong on the page, by the rules of WCAG 2.2 A and AA and its own best practices. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate<string[]>(`axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => [id, target, failureSummary].join(' '))))`);
}
