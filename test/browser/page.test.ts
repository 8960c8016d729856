/** The page in a real browser, on the real service with the simulator. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import type { ApiDeps } from '../../src/api/deps';
import type { Reel } from '../../src/contract/schemas/reel';
import { type Api, startApi } from '../support/api';
import { axeFindings, DESK, PHONE, TestBrowser } from '../support/browser';
import { answerList } from '../support/answer-list';
import { eventually } from '../../tools/stack/eventually';
import type { Child } from '../../tools/stack/child';
import { Service } from '../support/service';
import { startProcess } from '../support/processes';
import { reservePort } from '../../tools/stack/reserve-port';

let service: Service;
let browser: TestBrowser;
const others: Api[] = [];

beforeAll(async () => {
  jest.requireActual<{ buildWeb: () => void }>('../../scripts/build-web').buildWeb();
  service = await Service.start({ policy: { regenerateDelayMs: 8_000, decisionPatienceMs: 600_000 } });
  browser = await TestBrowser.start();
});
afterEach(async () => {
  await browser.closePages();
  await Promise.all(others.splice(0).map((api) => api.close()));
  expect(browser.takeFaults()).toEqual([]);
});
afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

async function order(page: Page, prompt: string): Promise<void> {
  await page.getByLabel('What should it show?').fill(prompt);
  await page.getByRole('button', { name: 'Make the reel' }).click();
}

const idOf = (page: Page): string => new URL(page.url()).pathname.split('/').at(-1) ?? '';

test('a reel is made, watched and played', async () => {
  const page = await browser.open(service.api.url);
  await page.getByLabel('Title').fill('Lantern Night');
  await page.getByLabel('What should it show?').fill('Paper lanterns over a snowy village #slow');
  await page.getByText('$0.80 (80 credits)', { exact: true }).waitFor();
  // Twice, as impatient people click.
  await page.getByRole('button', { name: 'Make the reel' }).dblclick();
  await page.waitForURL(/\/reels\/sim-/);
  await page.getByRole('heading', { name: 'Lantern Night', level: 1 }).waitFor();
  await page.getByRole('heading', { name: 'Runway is making your video' }).waitFor();
  await page.getByRole('heading', { name: 'Your reel is ready' }).waitFor();
  expect(service.posts('slow')).toHaveLength(1);

  await page.evaluate(`document.querySelector('video').play()`);
  await eventually('it plays', () =>
    page.evaluate<boolean>(`document.querySelector('video').currentTime > 0.2`),
  );
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download' }).click();
  expect((await download).suggestedFilename()).toMatch(/^\d{4}-\d\d-\d\d-lantern-night\.mp4$/);
  await page.getByText('720 × 1280').waitFor();
  await page.getByText('Charged: $0.80 (80 credits).').waitFor();
});

test('a reload in the middle loses nothing', async () => {
  const page = await browser.open(service.api.url);
  await order(page, 'A slow river #stuck');
  await page.getByText(/running \d+ %/).waitFor();
  const { href } = new URL(page.url());
  await page.reload();
  await page.getByText(/running \d+ %/).waitFor();
  expect(page.url()).toBe(href);
  expect(service.posts('stuck')).toHaveLength(1);
});

test('an INTERNAL of Runway is told in words, with the count of tries, and goes away', async () => {
  const page = await browser.open(service.api.url, { viewport: PHONE });
  await order(page, 'A brass band plays in the park #internal-once');
  await page.getByRole('heading', { name: 'Runway had a problem; your prompt is fine' }).waitFor();
  await page.getByText(/Next try in \d+ s \(1 of 3\)\./).waitFor();
  await page.getByText('Nothing was charged.').waitFor();
  await page.getByText('Retrying due to internal error (1/3)').waitFor();
  await page.getByRole('heading', { name: 'Your reel is ready' }).waitFor();
  await page.getByText('failed at Runway INTERNAL').waitFor();
  await page.getByText(/^waited \d+ s$/).waitFor();
});

test('a reel that cannot be made says why, what to do, and has a packet for support', async () => {
  const page = await browser.open(service.api.url);
  await order(page, 'A paper boat #no-credits');
  await page.getByRole('heading', { name: 'Your Runway API credits are used up' }).waitFor();
  await page
    .getByText('They are bought at dev.runwayml.com, apart from those of app.runwayml.com.')
    .waitFor();
  // The catalog's cause, not the reel's message, which says once more what stands around it.
  await page.getByText(/^The balance does not cover the task\./).waitFor();
  await page.getByRole('button', { name: 'Copy for Runway’s support' }).click();
  await page.getByText('Copied', { exact: true }).waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toContain('insufficient_credits');

  await page.getByRole('link', { name: 'More about this error' }).click();
  await page.waitForURL(/\/errors\/insufficient_credits$/);
  await page.getByRole('heading', { name: 'What you can do' }).waitFor();
  await page.goBack();
  await page.getByRole('button', { name: 'Change and make another' }).click();
  await page.waitForURL(/\/$/);
  expect(await page.getByLabel('What should it show?').inputValue()).toBe('A paper boat #no-credits');
});

test('kill -9 of the API and the worker in the middle: the page says so, and goes on when they are back', async () => {
  await service.stopWorkers();
  const port = await reservePort();
  let processes = await serviceProcesses(port);
  try {
    const page = await browser.open(`http://127.0.0.1:${port}`);
    await order(page, 'Slow clouds over the hills #slow');
    await page.getByRole('heading', { name: 'Runway is making your video' }).waitFor();
    await Promise.all(processes.map((each) => each.end('SIGKILL')));
    await page.getByText('The service does not answer at the moment.').waitFor();
    processes = await serviceProcesses(port);
    await page.getByRole('heading', { name: 'Your reel is ready' }).waitFor();
    expect(await page.getByText('The service does not answer at the moment.').count()).toBe(0);
    // The first test ordered a slow one, too.
    expect(service.posts('slow').filter(({ prompt }) => prompt?.startsWith('Slow clouds'))).toHaveLength(1);
  } finally {
    await Promise.all(processes.map((each) => each.end()));
    await service.startWorkers();
  }
});

/** What `npm start` runs beside Temporal and the simulator, as processes that can be killed. */
function serviceProcesses(port: number): Promise<Child[]> {
  const settings = {
    PORT: String(port),
    ...service.processSettings,
    POLL_INTERVAL: '500ms',
    HEARTBEAT_TIMEOUT: '3s',
  };
  return Promise.all([startProcess(settings, 'worker'), startProcess(settings, 'api')]);
}

function parts(): Pick<ApiDeps, 'backend' | 'storage'> {
  return { backend: { kind: 'simulator', baseUrl: service.simulator.url }, storage: service.storage };
}

test('a reel is stopped, after a question', async () => {
  const page = await browser.open(service.api.url);
  await order(page, 'A very long wave #throttled-forever');
  await page.getByRole('heading', { name: /Waiting for a free slot/ }).waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  expect(await axeFindings(page)).toEqual([]);
  const letGo = page.getByRole('button', { name: 'Let it go on' });
  expect(await focusAfterDialog(page, () => letGo.click())).toBe('Stop');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  expect(await focusAfterDialog(page, () => page.keyboard.press('Escape'))).toBe('Stop');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Stop it' }).click();
  await page.getByRole('heading', { name: 'Stopped' }).waitFor();
  await page
    .getByText(/Nothing was charged|not known yet/)
    .first()
    .waitFor();
});

/**
 * What has the focus in the moment in which the dialog is gone: what is typed next must not go to the page. The page
 * watches before anything is done: a browser may take a key before a script that was sent earlier.
 */
async function focusAfterDialog(page: Page, closeIt: () => Promise<void>): Promise<string | undefined> {
  await page.evaluate(`new MutationObserver((changes, observer) => {
    if (document.querySelector('dialog')) return;
    window.focusAfterDialog = document.activeElement.textContent;
    observer.disconnect();
  }).observe(document.body, { childList: true, subtree: true });
  delete window.focusAfterDialog;`);
  await closeIt();
  const told = await page.waitForFunction<string>('window.focusAfterDialog');
  return told.jsonValue();
}

test('a lost answer asks for a decision, with what each choice may cost', async () => {
  const page = await browser.open(service.api.url);
  expect(await page.getByLabel(/Order again/).isChecked()).toBe(false);
  await order(page, 'The calm sea #lost-504');
  await page.getByRole('heading', { name: 'Your decision is needed' }).waitFor();
  await page.getByText('One video may exist, for $0.80 (80 credits).').first().waitFor();
  await page.getByText('At most $0.80 (80 credits) more').waitFor();
  await page.getByText(/for a video with veo3\.1_fast, ordered at about \d\d:\d\d\./).waitFor();
  await page.getByRole('button', { name: 'The video is there: take it' }).click();
  await page.getByText('Paste the Operation ID of the order.').waitFor();
  await page.getByRole('button', { name: 'Order it again' }).click();
  await page.getByRole('heading', { name: 'Your reel is ready' }).waitFor();
});

test('wrong fields say so in words, and a link fills the form without sending it', async () => {
  const page = await browser.open(
    `${service.api.url}/?title=Boat%20Day&promptText=A%20boat&duration=6&model=veo3.1`,
  );
  expect(await page.getByLabel('Title').inputValue()).toBe('Boat Day');
  await page.getByText('$1.20 (120 credits)', { exact: true }).waitFor();
  await page.getByLabel('Never spend more than').fill('5');
  await page.getByRole('button', { name: 'Make the reel' }).click();
  await page.getByText(/^The maximum must be at least 120/).waitFor();
  await page.waitForFunction(`document.activeElement.id === 'maxCredits'`);
  expect(await axeFindings(page)).toEqual([]);
  await page.getByLabel('What should it show?').fill(' ');
  await page.getByRole('button', { name: 'Make the reel' }).click();
  await page.getByText('Write what the video should show.').waitFor();
  await page.getByLabel('Start from a picture').fill('boat.png');
  await page.getByRole('button', { name: 'Make the reel' }).click();
  await page.getByText('Give the whole address of the picture: it begins with https://').waitFor();
  const listed = (await (await service.api.fetch('/v1/reels?q=boat')).json()) as { reels: Reel[] };
  expect(listed.reels.filter(({ request }) => request.title === 'Boat Day')).toEqual([]);
});

test('the strip says what today cost against the limit', async () => {
  const settings = { apiKeys: [], corsOrigins: [], dailyMaxCredits: 100 };
  const api = await startApi(service.env.client, { settings });
  others.push(api);
  const entry = { reelId: 'a'.repeat(26), generation: 1, client: 'local', model: 'veo3.1_fast', credits: 80 };
  await api.storage.ledger.reserve({ ...entry, at: new Date().toISOString() }, {});
  const page = await browser.open(api.url);
  const strip = page.getByRole('region', { name: 'How things stand' });
  await strip.getByRole('listitem').getByText('Today: $0.80 (80 credits) of $1.00 (100 credits)').waitFor();
  expect(await axeFindings(page)).toEqual([]);
});

test('a key is asked for once, and no script can read it', async () => {
  const secret = 'a-long-secret-of-somebody';
  const sha256 = createHash('sha256').update(secret).digest('hex');
  const api = await startApi(service.env.client, {
    ...parts(),
    settings: { apiKeys: [{ client: 'site', sha256 }], corsOrigins: [] },
  });
  others.push(api);
  const page = await browser.open(api.url);
  await page.getByRole('heading', { name: 'Your key, please' }).waitFor();
  expect(await axeFindings(page)).toEqual([]);
  // A browser lets the second one through: behind the question there would be nothing.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.getByRole('textbox', { name: 'Key' }).fill('wrong');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText(/This key is not one of this service/).waitFor();
  await page.getByRole('textbox', { name: 'Key' }).fill(secret);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('button', { name: 'Make the reel' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Make the reel' }).waitFor();
  expect(await page.getByText('Your key, please').count()).toBe(0);
  const readable = await page.evaluate<string>(
    'JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, location.href])',
  );
  expect(readable).not.toContain(secret);
  expect(readable).not.toContain('session=');
  await order(page, 'A quiet lake');
  await page.getByRole('heading', { name: 'Your reel is ready' }).waitFor();
  await eventually('it loads', () =>
    page.evaluate<boolean>(`document.querySelector('video')?.readyState > 0`),
  );
});

test('a gallery of 1,000 reels loads as it is scrolled, draws posters in sight, and finds and deletes', async () => {
  const made = await service.make('', { title: 'The thousandth' });
  const page = await browser.open(service.api.url);
  await page.locator('.poster img').first().waitFor();
  await page.getByLabel(/^Search/).fill('thousandth');
  await eventually(
    'only the reel that is looked for',
    async () => (await page.locator('.reel-card').count()) === 1,
  );
  await page.getByRole('button', { name: 'Delete The thousandth' }).click();
  await page.getByRole('button', { name: 'Delete it' }).click();
  await page.getByText('No reel is like that.').waitFor();
  expect((await service.api.fetch(`/v1/reels/${made.id}`)).status).toBe(410);

  const like = await service.make();
  const all = Array.from({ length: 1_000 }, (_, n): Reel => ({
    ...like,
    id: `${like.id.slice(0, -4)}${String(n).padStart(4, '0')}`,
    request: { ...like.request, title: `Reel ${n}` },
  }));
  await answerList(page, all);
  await page.getByLabel(/^Search/).fill('');
  await page.getByText('Reel 0', { exact: true }).waitFor();
  const cards = () => page.locator('.reel-card').count();
  for (let shown = await cards(); shown < all.length;) {
    await page.evaluate('scrollTo(0, document.body.scrollHeight)');
    shown = await eventually(`more than ${shown} reels`, async () => {
      const now = await cards();
      return now > shown && now;
    });
  }
  await page.getByText('Reel 999', { exact: true }).scrollIntoViewIfNeeded();
  await page.locator('.reel-card', { hasText: 'Reel 999' }).locator('.poster img').waitFor();
});

describe('axe finds nothing', () => {
  let paths: string[];
  beforeAll(async () => {
    const [ready, failed, asking, waiting] = await Promise.all([
      service.make('', { title: 'Lantern Night', date: '2025-12-06' }),
      service.make('safety-input'),
      service.order('lost-504', { onLostAnswer: 'ask' }),
      service.order('stuck'),
    ]);
    await service.until(asking.id, 'the question', ({ status }) => status === 'needs_decision');
    const reels = [ready, failed, asking, waiting].map(({ id }) => `/reels/${id}`);
    paths = ['/', ...reels, '/reels/sim-none', '/errors', '/errors/INTERNAL', '/errors/nonsense'];
  });

  test.each([
    ['phone', 'light', PHONE],
    ['phone', 'dark', PHONE],
    ['desk', 'light', DESK],
    ['desk', 'dark', DESK],
  ] as const)('on the %s, %s', async (_device, colorScheme, viewport) => {
    const page = await browser.open(service.api.url, { viewport, colorScheme });
    for (const path of paths) {
      await page.goto(service.api.url + path);
      await page.locator('h1').first().waitFor({ state: 'attached' });
      await page.getByText('Loading…').waitFor({ state: 'detached' });
      expect([path, await axeFindings(page)]).toEqual([path, []]);
      const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect([path, wide]).toEqual([path, 0]);
    }
  });
});

test('all scripts together have less than 120 kB, compressed', () => {
  const folder = join(__dirname, '../../dist/web/assets');
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
  const bytes = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0);
  expect(scripts.length).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(120_000);
});

test('the page works with the keyboard alone', async () => {
  const page = await browser.open(service.api.url);
  await page.getByRole('button', { name: 'Make the reel' }).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForFunction(`document.activeElement.id === 'main'`);
  await page.keyboard.press('Tab');
  await page.keyboard.type('A kite in the wind');
  await page.getByRole('radio', { name: /Tall/ }).focus();
  await page.keyboard.press('ArrowRight');
  expect(await page.getByRole('radio', { name: /Wide/ }).isChecked()).toBe(true);
  await page.getByRole('button', { name: 'Make the reel' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/reels\/sim-/);
  expect((await service.reel(idOf(page))).request).toMatchObject({
    promptText: 'A kite in the wind',
    ratio: '1280:720',
  });
});
