/** The contract as OpenAPI 3.1, made from the schemas that check requests and answers. */
import {
  createDocument,
  type ZodOpenApiContentObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi';
import { failureCode } from '../../contract/schemas/failure';
import { REQUEST_FIELDS } from '../../contract/schemas/request';
import { CATALOG } from '../../runway/failures/error-catalog';
import { MODELS } from '../../runway/models/model-table';
import { DEFAULT_MODEL } from '../../runway/models/models';
import { type Answer, HEADERS, type HeaderName } from '../http/answer';
import type { Route } from '../http/route';
import { ROUTES } from '../routes';
import { type ProblemCode, PROBLEMS } from '../../contract/problems';
import { refusalsOf } from './refusals';
import { problem } from '../../contract/schemas/problem';
import { webhooks } from '../webhooks/webhook-events';

export type ApiDocument = ReturnType<typeof createDocument>;

const DESCRIPTION = `
Makes short videos with Runway and finishes them when Runway or this computer fails.

- \`POST /v1/reels\` answers at once with a reel. Read it again at \`links.self\` until its \`status\` is \`succeeded\`, \`failed\` or \`cancelled\`.
- What goes wrong with a request is answered as \`application/problem+json\` with a \`code\`. What goes wrong with a reel is its \`failure\`, with a code of the catalog at \`/v1/errors\`.
- Times are UTC. Credits are those of the Runway API: one is $0.01.
- Answers may get further fields one day: ignore those that you do not know.
`.trim();

const TAGS = [
  { name: 'Reels', description: 'Make them, follow them, fetch the video.' },
  { name: 'Money', description: 'What can be asked for and what it costs.' },
  { name: 'Failures', description: 'What they mean and what to do.' },
  { name: 'Service', description: 'Whether it works, and who the caller is.' },
  { name: 'Webhooks', description: 'What this service sends to you.' },
  { name: 'Old front end', description: 'The one call of the application that this service replaces.' },
];

const LONGEST_PROMPT = Math.max(...Object.values(MODELS).map(({ promptMax }) => promptMax));

/** What the contract leaves to the catalogs of models and failures. */
const FROM_CATALOGS = new Map<unknown, object>([
  [REQUEST_FIELDS.promptText.sent, { minLength: 1, maxLength: LONGEST_PROMPT }],
  [REQUEST_FIELDS.model.sent, { enum: Object.keys(MODELS), default: DEFAULT_MODEL }],
  [
    failureCode,
    {
      description: CATALOG.map(({ code, title }) => `- \`${code}\`: ${title}`).join('\n'),
      enum: CATALOG.map(({ code }) => code),
    },
  ],
]);

type Security = Record<string, string[]>[];
const KEY: Security = [{ key: [] }, { session: [] }];
const SECURITY: Readonly<Record<Route['access'], Security>> = {
  open: [],
  key: KEY,
  admin: KEY,
  link: [...KEY, {}],
};

/**
 * @param keysAreSet whether REEL_API_KEYS has keys: without them the document asks for none.
 */
export function apiDocument({ keysAreSet }: { keysAreSet: boolean }): ApiDocument {
  return createDocument(
    {
      openapi: '3.1.1',
      info: { title: 'durable-reels', version: '1', description: DESCRIPTION, license: LICENSE },
      servers: [{ url: '/' }],
      tags: TAGS,
      paths: pathsOf(ROUTES, keysAreSet),
      webhooks,
      components: {
        schemas: { Problem: problem },
        securitySchemes: keysAreSet ? SCHEMES : {},
      },
    },
    {
      // zod cannot tell what `metadata` is checked for: request-body.ts does.
      allowEmptySchema: { custom: true },
      // Closed objects are for the tests: a client of this document must not break over a new field.
      override: ({ zodSchema, jsonSchema, io }) => {
        Object.assign(jsonSchema, FROM_CATALOGS.get(zodSchema));
        if (io === 'output' && jsonSchema.additionalProperties === false)
          delete jsonSchema.additionalProperties;
      },
    },
  );
}

const LICENSE = { name: 'Apache-2.0', identifier: 'Apache-2.0' };

const SCHEMES = {
  key: {
    type: 'http',
    scheme: 'bearer',
    description: 'One of the keys in REEL_API_KEYS. A key sees its own reels only.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'durable_reels_session',
    description: 'From `POST /v1/session`.',
  },
} as const;

function pathsOf(routes: readonly Route[], keysAreSet: boolean): ZodOpenApiPathsObject {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of routes) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route, keysAreSet);
  }
  return paths;
}

function operationOf(route: Route, keysAreSet: boolean): ZodOpenApiOperationObject {
  const { id, tag, summary, text, access, params: path, query, headers: header, body, answers } = route;
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: [text, access === 'admin' && 'For admins.'].filter(Boolean).join(' '),
    security: keysAreSet ? SECURITY[access] : [],
    requestParams: { ...(path && { path }), ...(query && { query }), ...(header && { header }) },
    ...(body && {
      requestBody: {
        required: !body.optional,
        content: { 'application/json': { schema: body.schema, examples: body.examples as never } },
      },
    }),
    responses: {
      ...refusals(route),
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, answerOf(answer)])),
    },
  };
}

function answerOf({ text, headers = [], content }: Answer): ZodOpenApiResponseObject {
  return {
    description: text,
    ...(headers.length > 0 && { headers: headersOf(headers) }),
    ...(content && { content: content as ZodOpenApiContentObject }),
  };
}

function refusals(route: Route): Record<string, ZodOpenApiResponseObject> {
  return Object.fromEntries(
    [...refusalsOf(route)].map(([status, codes]) => {
      const headers: HeaderName[] = [];
      if (status === 401) headers.push('WWW-Authenticate');
      if (status === 429) headers.push('RateLimit');
      if (status === 429 || status === 503) headers.push('Retry-After');
      const text = codes.map((code) => `\`${code}\`: ${PROBLEMS[code].text}`).join('\n\n');
      const content: ZodOpenApiContentObject = route.refusal
        ? { 'application/json': { schema: route.refusal.schema } }
        : { 'application/problem+json': { schema: problemWith(codes), examples: problemExamples(codes) } };
      return [status, { ...answerOf({ text, headers }), content }];
    }),
  );
}

function problemWith(codes: readonly ProblemCode[]) {
  return {
    allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: [...codes] } } }],
  };
}

/** Without them a viewer makes up a problem that has every member at once. */
function problemExamples(codes: readonly ProblemCode[]) {
  return Object.fromEntries(
    codes.map((code) => {
      const { status, text: detail } = PROBLEMS[code];
      const title = code[0]?.toUpperCase() + code.slice(1).replaceAll('_', ' ');
      return [code, { value: { type: `urn:durable-reels:problem:${code}`, title, status, detail, code } }];
    }),
  );
}

function headersOf(names: readonly HeaderName[]) {
  return Object.fromEntries(
    names.map((name) => [name, { description: HEADERS[name], schema: { type: 'string' as const } }]),
  );
}
