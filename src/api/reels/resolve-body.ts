import { z } from 'zod';
import { RESOLVE_ACTIONS } from '../../contract/reel';

const runwayTaskId = z
  .string('must be the Operation ID of the task')
  .regex(/^[\w-]{1,100}$/, 'must be an Operation ID, such as 695f1a48-dd9f-4a7c-9d5e-0c1f3a1b2c3d');

export const resolutionBody = z
  .strictObject({
    action: z.enum(RESOLVE_ACTIONS, `must be one of ${RESOLVE_ACTIONS.join(', ')}`),
    runwayTaskId: runwayTaskId.nullish().transform((id) => id ?? undefined),
  })
  .refine(({ action, runwayTaskId: id }) => (action === 'adopt') === (id !== undefined), {
    path: ['runwayTaskId'],
    message: 'belongs to adopt, which needs it, and to no other action',
  });
