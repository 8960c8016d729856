interface Known {
  readonly file: string;
  readonly test: string;
  readonly since: string;
  readonly cause: string;
}
type Failure = Pick<Known, 'file' | 'test'>;

const list = jest.requireActual<{
  readKnown: (text?: string) => readonly Known[];
  unknown: (failures: readonly Failure[], known: readonly Known[]) => readonly Failure[];
  overdue: (known: readonly Known[], now: Date) => readonly Failure[];
}>('../../scripts/known-to-fail');

const entry: Known = { file: 'a.test.ts', test: 'it holds', since: '2026-11-01', cause: 'a timer' };

test('the list is empty, or each of its entries says since when and what is known', () => {
  expect(list.readKnown().length).toBeLessThan(4);
  expect(() => list.readKnown(JSON.stringify([{ ...entry, cause: '' }]))).toThrow('`cause` is missing');
  expect(() => list.readKnown(JSON.stringify([{ ...entry, since: 'soon' }]))).toThrow('`since` is no date');
});

test('only the very test that is listed may run again', () => {
  const others = [
    { file: 'a.test.ts', test: 'it holds not' },
    { file: 'b.test.ts', test: 'it holds' },
  ];
  expect(list.unknown([entry, ...others], [entry])).toEqual(others);
});

test('an entry fails CI after 14 days', () => {
  expect(list.overdue([entry], new Date('2026-11-15'))).toEqual([]);
  expect(list.overdue([entry], new Date('2026-11-15T00:00:01Z'))).toMatchObject([{ file: 'a.test.ts' }]);
});
