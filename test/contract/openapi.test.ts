/** The contract against the code that it describes: routes, failure codes, README, examples. */
import type { Client } from '@temporalio/client';
import type { Express } from 'express';
import { apiDocument } from '../../src/api/openapi/document';
import { ROUTES } from '../../src/api/routes';
import { PROBLEM_CODES } from '../../src/contract/problems';
import { problem } from '../../src/contract/schemas/problem';
import { generation } from '../../src/contract/schemas/reel';
import { buildCreate } from '../../src/runway/calls/create-body';
import { CATALOG } from '../../src/runway/failures/error-catalog';
import { startApi } from '../support/api';
import { codeIn, filesIn, read, tableRows } from '../support/docs';

const document = apiDocument({ keysAreSet: true });
const described = ROUTES.map(({ method, path }) => `${method} ${path}`).sort();

/** `METHOD /path` of all routes that `addRoutes()` made: only they have an answer for OPTIONS. */
function routesOf(app: Express): string[] {
  return app.router.stack
    .flatMap(({ route }) => route ?? [])
    .filter((route) => route.stack.some(({ method }) => method === 'options'))
    .flatMap(({ path, stack }) =>
      [...new Set(stack.map(({ method }) => method))]
        .filter((method) => method !== undefined && method !== 'options')
        .map((method) => `${method.toUpperCase()} ${path.replace(/:(\w+)/g, '{$1}')}`),
    );
}

test('the routes of the app are those of the list', async () => {
  const api = await startApi({ options: { namespace: 'default' } } as Client);
  const routes = routesOf(api.app).sort();
  await api.close();
  expect(routes.length).toBeGreaterThan(20);
  expect(described).toEqual(routes);
});

test('what is added to a prompt as it is sent, and not shown on the reel, is told word for word', () => {
  const create = buildCreate({
    promptText: 'Snow',
    model: 'veo3.1_fast',
    ratio: '720:1280',
    duration: 8,
    audio: 'music',
  });
  const added = create.promptText.slice('Snow'.length).trim();
  const { negativePrompt } = create.body as { negativePrompt?: string };
  const told = generation.shape.promptText.description;
  expect(added).not.toBe('');
  expect(told).toContain(`\`${added}\``);
  expect(told).toContain(`\`${negativePrompt}\``);
});

test('the document has every operation once', () => {
  const listed = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(listed.sort()).toEqual(described);
  const ids = ROUTES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('the table of calls in README.md is the list of operations', () => {
  const named = tableRows(read('README.md'), 'call', 'answer').flatMap(([call = '']) => codeIn(call));
  expect(named.sort()).toEqual(described);
});

test('the failure codes of the document are those of the catalog, and of its page', () => {
  const { FailureCode } = document.components?.schemas as Record<string, { enum: string[] }>;
  const codes = CATALOG.map(({ code }) => code).sort();
  expect([...(FailureCode?.enum ?? [])].sort()).toEqual(codes);
  const headings = [...read('docs/runway-errors.md').matchAll(/^### (\w+)$/gm)].map(([, code]) => code);
  expect(headings.sort()).toEqual(codes);
});

test('every problem of the table is answered by some code', () => {
  const thrown = filesIn('src/api')
    .filter((file) => !file.includes('/openapi/') && !file.endsWith('.test.ts'))
    .flatMap((file) => [...read(file).matchAll(/\b(?:Problem|problem|super)\(\s*[`']([a-z_${}]+)[`']/g)])
    .flatMap(([, code = '']) => (code === 'link_${signed}' ? ['link_expired', 'link_invalid'] : [code]));
  expect([...new Set(thrown)].sort()).toEqual([...PROBLEM_CODES].sort());
});

test('every problem of the table is an answer of some operation', () => {
  const text = JSON.stringify(document.paths);
  // Answers to paths and methods that the document does not have, and to what is no request yet.
  const outside = [
    'not_found',
    'method_not_allowed',
    'headers_too_large',
    'request_too_slow',
    'expectation_failed',
  ];
  const answered = PROBLEM_CODES.filter((code) => !outside.includes(code));
  expect(answered.filter((code) => !text.includes(`"${code}"`))).toEqual([]);
  expect(problem.shape.code.options).toEqual(PROBLEM_CODES);
});

test('every example is what its schema allows', () => {
  const examples = ROUTES.flatMap(({ id: name, body, answers }) =>
    [body ?? [], ...Object.values(answers).map(({ content }) => Object.values(content ?? {}))]
      .flat(2)
      .flatMap(({ schema, examples = {} }) =>
        Object.entries(examples).map(([title, example]) => ({ name: `${name} ${title}`, schema, example })),
      ),
  );
  expect(examples.length).toBeGreaterThan(8);
  for (const { name, schema, example } of examples) {
    const parsed = schema?.safeParse((example as { value: unknown }).value);
    expect({ name, problem: parsed?.error?.message }).toEqual({ name, problem: undefined });
  }
});

test('without keys the document asks for none', () => {
  const open = apiDocument({ keysAreSet: false });
  expect(open.components?.securitySchemes).toBeUndefined();
  expect(document.paths?.['/v1/reels']?.post?.security).toEqual([{ key: [] }, { session: [] }]);
  expect(document.paths?.['/healthz']?.get?.security).toEqual([]);
});
