import type { IRouter } from 'express';
import type { ModelList } from '../../domain/model-info';
import { listModels, PROMPT_IMAGE_RULES } from '../../runway/models/models';
import type { ApiDeps } from '../deps';
import { route } from '../http/route';

/** What can be asked for, with limits and prices. */
export function addModelRoutes(
  router: IRouter,
  { backend, settings }: Pick<ApiDeps, 'backend' | 'settings'>,
): void {
  const list: ModelList = {
    models: listModels(),
    promptImage: PROMPT_IMAGE_RULES,
    simulated: backend.kind === 'simulator',
    defaultMaxCredits: settings.defaultMaxCredits,
  };
  route(router, '/v1/models', { get: (_req, res) => void res.json(list) });
}
