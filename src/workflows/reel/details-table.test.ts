import type { Generation } from '../../contract/schemas/reel';
import type { ReelState } from '../../domain/reel';
import { detailsTable } from './details-table';

const at = '2026-11-23T08:00:00Z';
const generation: Generation = {
  number: 1,
  model: 'veo3.1_fast',
  changes: [],
  status: 'submitted',
  runwayTaskId: '695f1a48-dd9f',
  estimatedCredits: 80,
  startedAt: at,
};
const state: ReelState = {
  schemaVersion: 1,
  status: 'in_progress',
  phase: 'queued_at_runway',
  generations: [generation],
  credits: { estimated: 80, charged: 0, uncertain: 0 },
  warnings: [],
  updatedAt: at,
};
const ended = { ...state, status: 'succeeded', phase: 'done', finishedAt: at } as const;

test('someone at night sees where the run stands, what to do, and what not to', () => {
  expect(detailsTable(state).split('\n')).toEqual([
    '**queued at runway · 0 credits charged**',
    '',
    '| # | Operation ID | Result | Credits |',
    '| --- | --- | --- | --- |',
    '| 1 | `695f1a48-dd9f` | submitted | not known yet |',
    '',
    expect.stringMatching(/^To stop it use \*Request Cancellation\*.*Do not \*Terminate\*/),
  ]);
});

test('a wait says what for', () => {
  const waiting = { for: 'Retrying due to internal error (1/3)', number: 1, limit: 3 };
  expect(detailsTable({ ...state, waiting })).toMatch(/^\*\*Retrying due to internal error \(1\/3\) · 0/);
});

test('a reel that needs a decision says how it is made, and how it is stopped', () => {
  const lines = detailsTable({ ...state, status: 'needs_decision' }).split('\n');
  expect(lines.at(-3)).toMatch(/^What to do: .*Request History.*Update \*resolve\*/);
  expect(lines.at(-1)).toMatch(/^To stop it/);
});

test('money that may have been charged is named', () => {
  const credits = { estimated: 80, charged: 80, uncertain: 120 };
  expect(detailsTable({ ...state, credits })).toContain('80 credits charged, 120 uncertain');
});

test('every generation has a row, with what Runway said and charged', () => {
  const generations: Generation[] = [
    { ...generation, status: 'failed', failureCode: 'INTERNAL', credits: 0, endedAt: at },
    { ...generation, number: 2, runwayTaskId: undefined, status: 'uncertain', endedAt: at },
  ];
  const lines = detailsTable({ ...state, generations }).split('\n');
  expect(lines).toContain('| 1 | `695f1a48-dd9f` | failed: INTERNAL | 0 |');
  expect(lines).toContain('| 2 | not known | uncertain | not known yet |');
});

test('an end has an advice, or nothing to do', () => {
  const failure = { code: 'x', title: 'It failed', message: 'It failed.', advice: ['Do this.', 'Or that.'] };
  const failed = detailsTable({ ...ended, status: 'failed', failure });
  expect(failed).toContain('**It failed · ');
  expect(failed).toMatch(/What to do: Do this\.$/);
  expect(detailsTable(ended)).toMatch(/Nothing to do\.$/);
  expect(detailsTable({ ...state, generations: [] })).not.toContain('| # |');
});

test.each([
  '| a | b |',
  '`code`',
  '[link](https://elsewhere.example)',
  '![image](https://elsewhere.example/x.png)',
  '<img src=x onerror=alert(1)>',
  '**bold** _under_',
  'two\nlines\r\nthree',
  '\\| escaped',
  '{{template}}',
])('words that come from outside stay words: %j', (words) => {
  const failureCode = words;
  const generations: Generation[] = [{ ...generation, status: 'failed', failureCode }];
  const failure = { code: 'x', title: words, message: words, advice: [words] };
  const [headline, , , , row, , hint] = detailsTable({ ...ended, generations, failure }).split('\n');
  for (const line of [headline?.slice(2, -2), row?.slice(1, -1), hint]) {
    const bare = (line ?? '').replace(/\\./g, '').replace(/`695f1a48-dd9f`/, '');
    expect(bare).not.toMatch(/[`*_{}[\]<>]/);
  }
  expect((row ?? '').replace(/\\./g, '').match(/\|/g)).toHaveLength(5);
});

test('an ID of a strange form cannot leave its cell', () => {
  const generations = [{ ...generation, runwayTaskId: 'a`|b\nc' }];
  expect(detailsTable({ ...state, generations })).toContain('| 1 | `abc` | submitted |');
});
