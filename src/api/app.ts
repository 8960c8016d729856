import express, { type Express, type Response } from 'express';
import helmet from 'helmet';
import { wellFormedJson } from '../contract/text';
import { authenticate } from './access/auth';
import { limitAddresses, limitRequests } from './access/limits';
import { checkOrigin } from './access/origin-check';
import { createContext } from './context';
import type { ApiDeps } from './deps';
import { measureRequests } from './health/measure-requests';
import { addGauges } from './health/metrics';
import { accessLog } from './http/access-log';
import { BodyBudget } from './http/body-budget';
import { boundBodies } from './http/json-body';
import { notFound, problemHandler } from './http/problem';
import { addRoutes } from './http/route';
import { MOST_CONNECTIONS, shareOfOne } from './http/server';
import { apiDocument } from './openapi/document';
import { addDocsFiles } from './pages/docs-page';
import { addPageRoutes } from './pages/page';
import { ROUTES } from './routes';
import { boundTemporalCalls } from './temporal/temporal-call';

const HEADERS = {
  // At home the service runs on http://127.0.0.1: a browser that upgraded to https could not show a video.
  contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  strictTransportSecurity: { includeSubDomains: false },
};

/** Makes every answer well-formed, so that broken text (in an old record, from a vendor) breaks no strict JSON reader. */
function sendWellFormedJson({ response }: Express): void {
  response.json = function (this: Response, value: unknown) {
    if (!this.get('Content-Type')) this.type('json');
    return this.send(wellFormedJson(value));
  };
}

/** The HTTP side, ready to listen. */
export function createApp(deps: ApiDeps): Express {
  const { settings, logger, traceRequests, maxConnections = MOST_CONNECTIONS } = deps;
  const contract = Buffer.from(JSON.stringify(apiDocument({ keysAreSet: settings.apiKeys.length > 0 })));
  const context = createContext(deps, contract);
  const app = express();
  sendWellFormedJson(app);
  app.disable('x-powered-by').set('query parser', 'simple').set('etag', false);
  // `X-Forwarded-For` is trusted only from TRUSTED_PROXIES.
  app.set('trust proxy', [...(settings.trustedProxies ?? [])]);

  if (traceRequests) app.use(traceRequests);
  app.use(accessLog(logger), measureRequests(context.metrics));
  addGauges(context);
  app.use(helmet(HEADERS), limitAddresses(shareOfOne(maxConnections)), checkOrigin(settings));
  app.use(boundTemporalCalls(), boundBodies(new BodyBudget()));
  app.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });
  addPageRoutes(app);
  addDocsFiles(app);
  const isOpen = ({ access }: (typeof ROUTES)[number]) => access === 'open' || access === 'link';
  addRoutes(app, ROUTES.filter(isOpen), context);
  app.use(['/v1', '/api', '/metrics'], authenticate(context.auth, settings), limitRequests(settings));
  addRoutes(
    app,
    ROUTES.filter((route) => !isOpen(route)),
    context,
  );
  app.use(notFound, problemHandler(logger));
  return app;
}
