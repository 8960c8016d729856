import { z } from 'zod';
import { sessionBody } from '../../access/session';
import { usageQuery } from '../../usage/usage';
import { json, type Operation, type OperationKey } from '../operation';
import { account } from '../schemas/account';
import { catalogEntries } from '../../../contract/schemas/failure';
import { alive, ready } from '../schemas/health';
import { models } from '../schemas/models';
import { session } from '../schemas/session';
import { usage } from '../schemas/usage';

export const serviceOperations = {
  'GET /v1/errors': {
    id: 'listErrors',
    tag: 'Failures',
    summary: 'Every failure that a reel can meet',
    text: 'Cause, what the service does, what you can do, and what becomes of the credits.',
    access: 'key',
    answers: { 200: json('The catalog.', catalogEntries) },
  },
  'GET /v1/errors/{code}': {
    id: 'explainError',
    tag: 'Failures',
    summary: 'Explain a failure',
    access: 'key',
    path: z.object({
      code: z
        .string()
        .min(1)
        .meta({
          description: "Our code, an HTTP status, Runway's `failureCode`, or the number 13 in its text.",
          examples: ['insufficient_credits', '402', 'SAFETY.INPUT.TEXT', '13'],
        }),
    }),
    answers: { 200: json('The entries that fit, the most likely one first.', catalogEntries) },
    refuses: ['error_not_found'],
  },
  'GET /v1/models': {
    id: 'listModels',
    tag: 'Money',
    summary: 'What can be asked for, with prices',
    access: 'key',
    answers: { 200: json('All models.', models) },
  },
  'GET /v1/account': {
    id: 'getAccount',
    tag: 'Money',
    summary: 'Credits and limits of the Runway account, and its status page',
    access: 'admin',
    answers: { 200: json('What could be read within a few seconds.', account) },
    refuses: ['account_unavailable'],
  },
  'GET /v1/usage': {
    id: 'getUsage',
    tag: 'Money',
    summary: 'What reels cost, by day and reel',
    access: 'key',
    query: usageQuery.extend({
      days: usageQuery.shape.days.meta({
        description: 'Today and the days before it, in UTC.',
        override: { type: 'integer', minimum: 1, maximum: 90, default: 30, pattern: undefined },
      }),
      client: usageQuery.shape.client.meta({ description: 'All clients; for admins.' }),
    }),
    answers: { 200: json('Credits.', usage) },
    refuses: ['invalid_query', 'admin_only'],
  },
  'GET /v1/session': {
    id: 'getSession',
    tag: 'Service',
    summary: 'Who the caller is',
    access: 'open',
    answers: { 200: json('The caller.', session) },
    refuses: ['unauthorized', 'too_many_failed_keys'],
  },
  'POST /v1/session': {
    id: 'createSession',
    tag: 'Service',
    summary: 'Exchange a key for a cookie',
    text: 'For pages: `EventSource` and `<video>` send no `Authorization`. The cookie is HttpOnly and SameSite=Strict.',
    access: 'open',
    body: { schema: sessionBody, examples: { key: { value: { key: 'your-key' } } } },
    answers: { 200: json('The session.', session, undefined, ['Set-Cookie']) },
    refuses: ['invalid_request', 'unauthorized', 'too_many_failed_keys'],
  },
  'DELETE /v1/session': {
    id: 'deleteSession',
    tag: 'Service',
    summary: 'Forget the cookie',
    access: 'open',
    answers: { 204: { text: 'Forgotten.', headers: ['Set-Cookie'] } },
  },
  'GET /healthz': {
    id: 'isAlive',
    tag: 'Service',
    summary: 'Whether this process lives',
    access: 'open',
    answers: { 200: json('It does.', alive) },
  },
  'GET /readyz': {
    id: 'isReady',
    tag: 'Service',
    summary: 'Whether a reel that is posted now gets made',
    access: 'open',
    answers: { 200: json('Temporal, workers and storage are there.', ready) },
    refuses: ['not_ready'],
  },
  'GET /metrics': {
    id: 'getMetrics',
    tag: 'Service',
    summary: 'Figures for Prometheus',
    access: 'admin',
    answers: { 200: { text: "Prometheus's text format.", content: { 'text/plain': {} } } },
  },
} as const satisfies Readonly<Record<OperationKey, Operation>>;
