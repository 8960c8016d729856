import { withoutNulls } from './nulls';

test('a field that is null is absent, at any depth; an entry of a list stays', () => {
  const value = { a: null, b: { c: null, d: [null, { e: null, f: 0 }] }, g: '', h: false };
  expect(withoutNulls(value)).toEqual({ b: { d: [null, { f: 0 }] }, g: '', h: false });
  expect(Object.keys(withoutNulls(value))).toEqual(['b', 'g', 'h']);
});

test.each([null, 'text', 5, [null], {}])('%j stays as it is', (value) => {
  expect(withoutNulls(value)).toEqual(value);
});

test('a name that means a prototype is a name', () => {
  const value = withoutNulls(JSON.parse('{"__proto__":{"a":null,"b":1}}') as object);
  expect(Object.entries(value)).toEqual([['__proto__', { b: 1 }]]);
});
