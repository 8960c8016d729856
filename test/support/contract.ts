/** Holds an answer to the contract, strictly: a field that the schema does not have is a fault. */
import type { Route } from '../../src/api/http/route';
import { refusalsOf } from '../../src/api/openapi/refusals';
import { problem } from '../../src/contract/schemas/problem';
import { ROUTES } from '../../src/api/routes';
import { CATALOG } from '../../src/runway/failures/error-catalog';
import { strictJson } from './strict-json';

const WHERE = 'It is declared with its route: src/api/routes.ts lists all.';

const TEMPLATES = ROUTES.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
}));

/** @throws Error when the answer is outside the contract */
export async function checkAnswer(method: string, url: string, answer: Response): Promise<void> {
  const called = method === 'HEAD' ? 'GET' : method;
  const path = new URL(url).pathname;
  const found = TEMPLATES.find(({ route, pattern }) => route.method === called && pattern.test(path));
  const fault = await faultOf(found?.route, answer.clone(), method);
  if (fault === undefined) return;
  throw new Error(`${method} ${path} answered ${answer.status} outside the contract: ${fault}. ${WHERE}`);
}

async function faultOf(
  route: Route | undefined,
  answer: Response,
  method: string,
): Promise<string | undefined> {
  const { status } = answer;
  const type = answer.headers.get('content-type')?.split(';')[0];
  const isProblem = type === 'application/problem+json';
  // A body that nobody reads keeps its connection: only what is small and ends is read here.
  const body: unknown =
    method !== 'HEAD' && (isProblem || type === 'application/json')
      ? strictJson(await answer.arrayBuffer())
      : undefined;

  if (isProblem) {
    const parsed = problem.safeParse(body ?? {});
    if (body !== undefined && !parsed.success) return parsed.error.message;
    const codes = route && refusalsOf(route).get(status);
    if (!route || !parsed.success || codes?.includes(parsed.data.code)) return undefined;
    return `\`${parsed.data.code}\` is not among its refusals`;
  }
  // Pages, assets and OPTIONS are no routes of the list.
  if (!route) return undefined;
  const described = route.answers[status];
  if (!described) {
    const refused = route.refusal && refusalsOf(route).has(status);
    if (!refused) return 'the status is not described';
    return route.refusal?.schema.safeParse(body).error?.message;
  }
  if (described.content === undefined) return undefined;
  const content = described.content[type ?? ''];
  if (!content) return `the media type ${type} is not described`;
  if (body === undefined) return undefined;
  return content.schema?.safeParse(body).error?.message ?? foreignFailure(body);
}

const CODES: readonly unknown[] = CATALOG.map(({ code }) => code);

/** The schema leaves the codes of failures to the catalog, as the document does. */
function foreignFailure(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const code: unknown = name === 'failure' && typeof member === 'object' ? member?.code : undefined;
    const found =
      code === undefined || CODES.includes(code)
        ? foreignFailure(member)
        : `\`${code}\` is no code of the catalog`;
    if (found !== undefined) return found;
  }
  return undefined;
}
