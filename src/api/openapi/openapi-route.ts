import type { IRouter } from 'express';
import type { ApiDeps } from '../deps';
import { apiDocument } from './document';
import { route } from '../http/route';

/** The contract, for tools. It holds nothing secret: whoever writes a client needs it before a key. */
export function addOpenapiRoute(router: IRouter, { settings }: Pick<ApiDeps, 'settings'>): void {
  // Bytes: Express makes a copy of a string for each answer, and who does not read his holds it.
  const document = Buffer.from(JSON.stringify(apiDocument({ keysAreSet: settings.apiKeys.length > 0 })));
  route(router, '/openapi.json', { get: (_req, res) => void res.type('json').send(document) });
}
