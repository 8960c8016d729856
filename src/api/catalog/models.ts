import { type ModelList, models } from '../../contract/schemas/models';
import { listModels as infoOfModels, PROMPT_IMAGE_RULES } from '../../runway/models/models';
import { json } from '../http/answer';
import { route } from '../http/route';

const MODEL_LIST = infoOfModels();

/** What can be asked for, with limits and prices. */
export const listModels = route({
  method: 'GET',
  path: '/v1/models',
  id: 'listModels',
  tag: 'Money',
  summary: 'What can be asked for, with prices',
  access: 'key',
  answers: { 200: json('All models.', models) },
  handler({ res }, { backend, settings }) {
    const list: ModelList = {
      models: MODEL_LIST,
      promptImage: PROMPT_IMAGE_RULES,
      simulated: backend.kind === 'simulator',
      defaultMaxCredits: settings.defaultMaxCredits,
    };
    res.json(list);
  },
});
