import { parseBody } from '../http/parse-input';
import { Problem } from '../http/problem';
import { resolutionBody } from './resolve-body';

const parseResolution = (body: unknown) => parseBody(resolutionBody, body);

test.each([
  [{ action: 'adopt', runwayTaskId: '695f1a48-dd9f-4a7c-9d5e-0c1f3a1b2c3d' }],
  [{ action: 'regenerate' }],
  [{ action: 'abandon' }],
])('%j is a decision', (body) => {
  expect(parseResolution(body)).toEqual(body);
});

test('an Operation ID that is null is absent', () => {
  expect(parseResolution({ action: 'abandon', runwayTaskId: null })).toEqual({ action: 'abandon' });
});

test.each<[unknown, string]>([
  [{}, 'action'],
  [{ action: 'adopt', runwayTaskId: null }, 'runwayTaskId'],
  [{ action: 'abandon', reason: null }, 'reason'],
  [{ action: 'retry' }, 'action'],
  [{ action: 'adopt' }, 'runwayTaskId'],
  [{ action: 'adopt', runwayTaskId: '../v1/tasks' }, 'runwayTaskId'],
  [{ action: 'adopt', runwayTaskId: 5 }, 'runwayTaskId'],
  [{ action: 'abandon', runwayTaskId: '695f1a48' }, 'runwayTaskId'],
  [{ action: 'abandon', reason: 'none' }, 'reason'],
  [[], ''],
  [null, ''],
  ['abandon', ''],
])('%j is none, and the answer names %j', (body, field) => {
  const refusal = caught(() => parseResolution(body));
  expect(refusal.status).toBe(400);
  const { issues } = refusal.toJSON() as { issues: { field: string; message: string }[] };
  expect(issues[0]?.field).toBe(field);
  expect(issues[0]?.message).toMatch(/\S+ .*\.$/);
});

function caught(call: () => unknown): Problem {
  try {
    call();
  } catch (error) {
    if (error instanceof Problem) return error;
  }
  throw new Error('no problem was thrown');
}
