import { z } from 'zod';
import { json, type Operation, type OperationKey } from '../operation';

export const documentOperations = {
  'GET /openapi.json': {
    id: 'getContract',
    tag: 'Service',
    summary: 'This contract, for tools',
    access: 'open',
    answers: { 200: json('OpenAPI 3.1.', z.looseObject({ openapi: z.string() })) },
  },
  'GET /docs': {
    id: 'getDocs',
    tag: 'Service',
    summary: 'This contract, for people',
    access: 'open',
    answers: { 200: { text: 'A page.', content: { 'text/html': { schema: z.string() } } } },
  },
} as const satisfies Readonly<Record<OperationKey, Operation>>;
