/** /docs works without the Internet: all of it comes from the service. */
import type { Client } from '@temporalio/client';
import { startApi } from '../support/api';

test('the page of the contract loads only what the service itself serves', async () => {
  const api = await startApi({ options: { namespace: 'default' } } as Client);
  try {
    const page = await (await api.fetch('/docs')).text();
    const loaded = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url = '']) => url);
    const start = await (await api.fetch('/docs/start.js')).text();
    const read = /url: '([^']+)'/.exec(start)?.[1] ?? '';
    expect(loaded).toEqual(expect.arrayContaining(['/docs/start.js', '/openapi.json']));
    for (const url of [...loaded, read]) {
      expect(url).toMatch(/^\/(?!\/)/);
      expect({ url, status: (await api.fetch(url)).status }).toEqual({ url, status: 200 });
    }
    // The content security policy allows no script inside the page.
    expect(page).not.toMatch(/<script>|\son\w+=/);
    expect(start).toContain('validatorUrl: null');
  } finally {
    await api.close();
  }
});

test.each(['/', '/reels/sim-aaaaaaaaaaaaaaaaaaaaaaaaaa'])(
  'the page at %s loads what is there',
  async (at) => {
    const api = await startApi({ options: { namespace: 'default' } } as Client);
    try {
      const page = await (await api.fetch(at)).text();
      const loaded = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url = '']) => url);
      expect(loaded.length).toBeGreaterThan(2);
      for (const url of loaded) {
        const { pathname } = new URL(url, new URL(at, api.url));
        expect({ url, status: (await api.fetch(pathname)).status }).toEqual({ url, status: 200 });
      }
    } finally {
      await api.close();
    }
  },
);
