import { table } from './table';

const plain = (text: string) => text;
const style = { bold: plain, dim: plain, good: plain, bad: plain };
const head = ['id', 'charged', 'failure', 'title'];
const rows = [
  ['sim-a', '$0.80 (80 credits)', '', 'Lanterns over a snowy street'],
  ['sim-b', '$0.00 (0 credits)', 'internal_error', 'Kites'],
];

test('a program in a pipe finds one whole line for each row', () => {
  expect(table(head, rows, { style, columns: Number.POSITIVE_INFINITY }).split('\n')).toEqual([
    'id     charged             failure         title',
    'sim-a  $0.80 (80 credits)                  Lanterns over a snowy street',
    'sim-b  $0.00 (0 credits)   internal_error  Kites',
  ]);
});

test('on a screen that is a little narrower the title is cut, and nothing else', () => {
  expect(table(head, rows, { style, columns: 60 }).split('\n')).toEqual([
    'id     charged             failure         title',
    'sim-a  $0.80 (80 credits)                  Lanterns over a…',
    'sim-b  $0.00 (0 credits)   internal_error  Kites',
  ]);
});

test('on a narrow one each row is a paragraph, and no line is wider than the screen', () => {
  const text = table(head, rows, { style, columns: 50 });
  expect(text.split('\n')).toEqual([
    'sim-a',
    '  charged: $0.80 (80 credits) · title: Lanterns',
    '  over a snowy street',
    'sim-b',
    '  charged: $0.00 (0 credits) · failure:',
    '  internal_error · title: Kites',
  ]);
});
