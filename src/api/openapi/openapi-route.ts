import { z } from 'zod';
import { json } from '../http/answer';
import { route } from '../http/route';

/** It holds nothing secret: whoever writes a client needs it before a key. */
export const getContract = route({
  method: 'GET',
  path: '/openapi.json',
  id: 'getContract',
  tag: 'Service',
  summary: 'This contract, for tools',
  access: 'open',
  answers: { 200: json('OpenAPI 3.1.', z.looseObject({ openapi: z.string() })) },
  // Bytes: Express makes a copy of a string for each answer, and who does not read his holds it.
  handler: ({ res }, { contract }) => void res.type('json').send(contract),
});
