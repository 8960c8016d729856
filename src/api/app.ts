import express, { type Express } from 'express';
import helmet from 'helmet';
import { accessLog } from './access-log';
import { authenticate } from './auth';
import type { ApiDeps } from './deps';
import { addHealthRoutes } from './health';
import { addModelRoutes } from './models';
import { checkOrigin } from './origin-check';
import { createPresenter } from './presenter';
import { notFound, problemHandler } from './problem';
import { createReelFinder } from './reel-finder';
import { addReelRoutes } from './reels';
import { boundTemporalCalls } from './temporal-call';
import { addVideoRoute } from './video';

const HEADERS = {
  // Plain http on loopback is how this runs at home: a browser that insists on https could not show a video.
  contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  strictTransportSecurity: { includeSubDomains: false },
};

/** The HTTP side, ready to listen. */
export function createApp(deps: ApiDeps): Express {
  const { settings, logger } = deps;
  const finder = createReelFinder(deps);
  const app = express();
  app.disable('x-powered-by').set('query parser', 'simple').set('etag', false);

  app.use(accessLog(logger), helmet(HEADERS), checkOrigin(settings), boundTemporalCalls);
  app.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });
  addHealthRoutes(app, deps);
  addVideoRoute(app, deps, finder);
  app.use('/v1', authenticate(settings.apiKeys));
  addModelRoutes(app);
  addReelRoutes(app, deps, finder, createPresenter(deps));
  app.use(notFound, problemHandler(logger));
  return app;
}
