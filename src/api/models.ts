import type { IRouter } from 'express';
import { listModels } from '../runway/models';
import { route } from './route';

/** What can be asked for, with prices. */
export function addModelRoutes(router: IRouter): void {
  const models = listModels();
  route(router, '/v1/models', { get: (_req, res) => void res.json({ models }) });
}
