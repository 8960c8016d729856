import express, { type Express, type Response } from 'express';

import helmet from 'helmet';
import { Registry } from 'prom-client';
import { accessLog } from './http/access-log';
import { addAccountRoute } from './usage/account';
import { authenticate, createAuth } from './access/auth';
import type { ApiDeps } from './deps';
import { addDocsPage } from './pages/docs-page';
import { addErrorRoutes } from './catalog/errors';
import { addEstimateRoute } from './reels/order/estimate';
import { addEventRoute } from './reels/watch/events';
import { addHealthRoutes } from './health/health';
import { addLegacyRoute } from './legacy/routes';
import { BodyBudget } from './http/body-budget';
import { MOST_CONNECTIONS, shareOfOne } from './http/server';
import { boundBodies } from './http/json-body';
import { limitAddresses, limitMessages, limitRequests } from './access/limits';
import { addMetricsRoute } from './health/metrics';
import { measureRequests } from './health/measure-requests';
import { addModelRoutes } from './catalog/models';
import { addOpenapiRoute } from './openapi/openapi-route';
import { checkOrigin } from './access/origin-check';
import { addPageRoutes } from './pages/page';
import { createPresenter } from './reels/view/public-reel';
import { notFound, problemHandler } from './http/problem';
import { createReelFinder } from './reels/view/reel-finder';
import { addReelRoutes } from './reels/reels';
import { addRedeliverRoute } from './webhooks/redeliver';
import { addRemakeRoute } from './reels/order/remake';
import { addResolveRoute } from './reels/resolve';
import { addSessionRoute } from './access/session';
import { createPartsLook } from './health/service-parts';
import { createStartReel } from './reels/order/start-reel';
import { addSupportRoute } from './reels/support';
import { boundTemporalCalls } from './temporal/temporal-call';
import { addUsageRoute } from './usage/usage';
import { addVideoRoute } from './reels/video';
import { createReelWatch } from './reels/watch/watch';
import { wellFormedJson } from '../contract/text';

const HEADERS = {
  // Plain http on loopback is how this runs at home: a browser that insists on https could not show a video.
  contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  strictTransportSecurity: { includeSubDomains: false },
};

/** Every answer passes here: a text that came in broken (an old record, a vendor's words) breaks no strict reader. */
function sendWellFormedJson({ response }: Express): void {
  response.json = function (this: Response, value: unknown) {
    if (!this.get('Content-Type')) this.type('json');
    return this.send(wellFormedJson(value));
  };
}

/** The HTTP side, ready to listen. */
export function createApp(deps: ApiDeps): Express {
  const { settings, logger, maxConnections = MOST_CONNECTIONS } = deps;
  const finder = createReelFinder(deps);
  const lookAtParts = createPartsLook(deps);
  const auth = createAuth(deps);
  const app = express();
  sendWellFormedJson(app);
  app.disable('x-powered-by').set('query parser', 'simple').set('etag', false);
  // Behind a proxy, callers are told apart by the address that it names; what anybody else names is not believed.
  app.set('trust proxy', [...(settings.trustedProxies ?? [])]);

  const { metrics = new Registry(), traceRequests } = deps;
  if (traceRequests) app.use(traceRequests);
  app.use(accessLog(logger), measureRequests(metrics));
  app.use(helmet(HEADERS), limitAddresses(shareOfOne(maxConnections)), checkOrigin(settings));
  app.use(boundTemporalCalls(), boundBodies(new BodyBudget()));
  app.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });
  addHealthRoutes(app, lookAtParts);
  addPageRoutes(app);
  addOpenapiRoute(app, deps);
  addDocsPage(app);
  addVideoRoute(app, deps, finder, auth);
  addSessionRoute(app, deps, auth);
  app.use(['/v1', '/api', '/metrics'], authenticate(auth, settings), limitRequests(settings));
  app.use(['/v1/reels/:id/resolve', '/v1/reels/:id/webhook/redeliver'], limitMessages(settings));
  addMetricsRoute(app, { ...deps, lookAtParts }, metrics);
  addModelRoutes(app, deps);
  addErrorRoutes(app);
  addEstimateRoute(app, deps);
  addAccountRoute(app, deps);
  addUsageRoute(app, deps);
  const present = createPresenter(deps);
  const watch = createReelWatch({ ...deps, finder, present, maxConnections });
  const tools = { finder, present, startReel: createStartReel(deps, finder), watch };
  addReelRoutes(app, deps, tools);
  addEventRoute(app, tools, auth);
  addResolveRoute(app, deps, tools);
  addRemakeRoute(app, deps, tools);
  addRedeliverRoute(app, deps, tools);
  addSupportRoute(app, tools);
  addLegacyRoute(app, deps, tools);
  app.use(notFound, problemHandler(logger));
  return app;
}
