/** Holds an answer to the contract, strictly: a field that the schema does not have is a fault. */
import { OPERATIONS } from '../../src/api/openapi/operations';
import { refusalsOf } from '../../src/api/openapi/refusals';
import { problem } from '../../src/api/openapi/schemas/problem';
import { strictJson } from './strict-json';

const WHERE = 'It is described in src/api/openapi/operations.';

const TEMPLATES = Object.keys(OPERATIONS).map((key) => {
  const [method = '', path = ''] = key.split(' ');
  const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`);
  return { key, method, pattern };
});

/** @throws Error when the answer is outside the contract */
export async function checkAnswer(method: string, url: string, answer: Response): Promise<void> {
  const called = method === 'HEAD' ? 'GET' : method;
  const path = new URL(url).pathname;
  const key = TEMPLATES.find((template) => template.method === called && template.pattern.test(path))?.key;
  const fault = await faultOf(key, answer.clone(), method);
  if (fault === undefined) return;
  throw new Error(`${method} ${path} answered ${answer.status} outside the contract: ${fault}. ${WHERE}`);
}

async function faultOf(
  key: string | undefined,
  answer: Response,
  method: string,
): Promise<string | undefined> {
  const operation = key === undefined ? undefined : OPERATIONS[key];
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
    const codes = operation && refusalsOf(operation).get(status);
    if (!operation || !parsed.success || codes?.includes(parsed.data.code)) return undefined;
    return `\`${parsed.data.code}\` is not among its refusals`;
  }
  // Pages, assets and OPTIONS are no operations.
  if (!operation) return undefined;
  const described = operation.answers[status];
  if (!described) {
    const refused = operation.refusal && refusalsOf(operation).has(status);
    if (!refused) return 'the status is not described';
    return operation.refusal?.safeParse(body).error?.message;
  }
  if (described.content === undefined) return undefined;
  const content = described.content[type ?? ''];
  if (!content) return `the media type ${type} is not described`;
  return body === undefined ? undefined : content.schema?.safeParse(body).error?.message;
}
