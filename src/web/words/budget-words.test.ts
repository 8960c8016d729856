import { budgetWords } from './budget-words';

test.each([
  [320, 'Today: $3.20 (320 credits) of $20.00 (2000 credits)', 'good'],
  [27.2 + 34 + 47.6, 'Today: $1.09 (108.8 credits) of $20.00 (2000 credits)', 'good'],
  [1_599, 'Today: $15.99 (1599 credits) of $20.00 (2000 credits)', 'good'],
  [1_600, 'Today: $16.00 (1600 credits) of $20.00 (2000 credits)', 'attention'],
  [2_000, 'Today: $20.00 (2000 credits) of $20.00 (2000 credits), all used up', 'bad'],
  [2_080, 'Today: $20.80 (2080 credits) of $20.00 (2000 credits), all used up', 'bad'],
])('%d credits of 2000 are "%s"', (committed, text, tone) => {
  expect(budgetWords({ all: { committed, limit: 2_000 }, own: { committed: 0 } })).toEqual([
    { name: 'budget', text, tone },
  ]);
});

test('who sees only the own key is told of its limit', () => {
  expect(budgetWords({ own: { committed: 80, limit: 500 } })).toMatchObject([
    { text: 'Today: $0.80 (80 credits) of $5.00 (500 credits)', tone: 'good' },
  ]);
});

test('two limits are told apart', () => {
  const both = budgetWords({ all: { committed: 160, limit: 2_000 }, own: { committed: 80, limit: 80 } });
  expect(both.map(({ text }) => text)).toEqual([
    'Today: $1.60 (160 credits) of $20.00 (2000 credits)',
    'Your own today: $0.80 (80 credits) of $0.80 (80 credits), all used up',
  ]);
});

test('without a limit nothing is said', () => {
  expect(budgetWords({ all: { committed: 160 }, own: { committed: 80 } })).toEqual([]);
});
