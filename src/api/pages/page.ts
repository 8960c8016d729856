/** The web page: `npm run build` bundles it from src/web into dist/web. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { IRouter } from 'express';
import helmet from 'helmet';
import { filesInMemory } from './files-in-memory';

// The same place from src/api and from dist/api.
const FOLDER = path.join(__dirname, '../../../dist/web');

/** Everything comes from here: nothing of another site, and no script or style within the page itself. */
const contentSecurityPolicy = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    connectSrc: ["'self'"],
    mediaSrc: ["'self'"],
    // Posters are drawn in the page; a chosen picture is shown before it is sent.
    imgSrc: ["'self'", 'blob:', 'data:'],
    formAction: ["'none'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
    requireTrustedTypesFor: ["'script'"],
  },
});

/** Addresses that the page has a view for. */
const VIEWS = ['/', '/reels/:id', '/errors', '/errors/:code'];

/** Pages for people, apart from the calls of the API: they stand in no contract. */
export function addPageRoutes(router: IRouter): void {
  router.get(VIEWS, contentSecurityPolicy, async (req, res) => {
    res
      .set('Cache-Control', 'no-cache')
      .type('html')
      .send(await readPage(req.path));
  });
  // Names change with the content.
  router.use('/assets', filesInMemory(path.join(FOLDER, 'assets'), 'public, max-age=31536000, immutable'));
}

/** Assets are named from where the page stands: the service may be below a path of another host. */
async function readPage(at: string): Promise<string> {
  const depth = at.split('/').length - 2;
  const root = depth === 0 ? './' : '../'.repeat(depth);
  return (await readFile(path.join(FOLDER, 'index.html'), 'utf8')).replaceAll('{root}', root);
}
