import { route } from './route';

const declared = {
  method: 'GET',
  path: '/v1/nothing',
  id: 'getNothing',
  tag: 'Service',
  summary: 'Nothing',
  access: 'open',
  answers: {},
} as const;

test('a handler makes only problems that its route names, and reads only parameters that it has', () => {
  const named = route({
    ...declared,
    problems: ['not_ready'],
    handler({ problem }) {
      throw problem('not_ready', 'Not yet.');
    },
  });
  expect(named.problems).toEqual(['not_ready']);

  const unnamed = route({
    ...declared,
    problems: ['not_ready'],
    handler({ problem, params }) {
      // @ts-expect-error the route has no parameters
      expect(params.id).toBeUndefined();
      // @ts-expect-error the route does not name it
      throw problem('not_found', 'Nowhere.');
    },
  });
  expect(unnamed.problems).toEqual(['not_ready']);

  const without = route({
    ...declared,
    handler({ problem }) {
      // @ts-expect-error the route names none
      throw problem('not_ready', 'Not yet.');
    },
  });
  expect(without.problems).toEqual([]);
});
