import { budgetWords } from './budget-words';

test.each([
  [320, 'Today: $3.20 of $20.00', 'good'],
  [1_599, 'Today: $15.99 of $20.00', 'good'],
  [1_600, 'Today: $16.00 of $20.00', 'attention'],
  [2_000, 'Today: $20.00 of $20.00, all used up', 'bad'],
  [2_080, 'Today: $20.80 of $20.00, all used up', 'bad'],
])('%i credits of 2000 are "%s"', (committed, text, tone) => {
  expect(budgetWords({ all: { committed, limit: 2_000 }, own: { committed: 0 } })).toEqual([
    { name: 'budget', text, tone },
  ]);
});

test('who sees only the own key is told of its limit', () => {
  expect(budgetWords({ own: { committed: 80, limit: 500 } })).toMatchObject([
    { text: 'Today: $0.80 of $5.00', tone: 'good' },
  ]);
});

test('two limits are told apart', () => {
  const both = budgetWords({ all: { committed: 160, limit: 2_000 }, own: { committed: 80, limit: 80 } });
  expect(both.map(({ text }) => text)).toEqual([
    'Today: $1.60 of $20.00',
    'Your own today: $0.80 of $0.80, all used up',
  ]);
});

test('without a limit nothing is said', () => {
  expect(budgetWords({ all: { committed: 160 }, own: { committed: 80 } })).toEqual([]);
});
