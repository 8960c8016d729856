import { z } from 'zod';
import { json } from '../http/answer';
import { route } from '../http/route';

/** Open, as it has no secrets: one writes a client before one has a key. */
export const getContract = route({
  method: 'GET',
  path: '/openapi.json',
  id: 'getContract',
  tag: 'Service',
  summary: 'This contract, for tools',
  access: 'open',
  answers: { 200: json('OpenAPI 3.1.', z.looseObject({ openapi: z.string() })) },
  // A buffer: Express copies a string for each answer, and a slow reader would hold its copy.
  handler: ({ res }, { contract }) => void res.type('json').send(contract),
});
