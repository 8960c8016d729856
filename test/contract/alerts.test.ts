/** deploy/alerts.yml: rules that Prometheus understands, about metrics that exist, each with a section in the runbook. */
import type { LRParser } from '@lezer/lr';
import { parse } from 'yaml';
import { API_METRICS } from '../../src/api/health/api-metrics';
import { WORKER_METRICS } from '../../src/contract/worker-metrics';
import { CATALOG } from '../../src/runway/failures/error-catalog';
import { alertRules, TEMPORAL_METRICS } from '../support/alert-rules';
import { read } from '../support/docs';

// Its types are those of an ES module, its code is not.
const { parser } = jest.requireActual<{ parser: LRParser }>('@prometheus-io/lezer-promql');
const rules = alertRules();
const named = rules.map((rule) => [rule.alert, rule] as const);

interface Seen {
  readonly errors: number;
  readonly metrics: string[];
  readonly matchers: string[];
}

function seenIn(expr: string): Seen {
  const seen: Seen & { errors: number } = { errors: 0, metrics: [], matchers: [] };
  parser.parse(expr).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) seen.errors += 1;
      const text = expr.slice(from, to);
      if (type.name === 'VectorSelector') seen.metrics.push(text.replace(/\{.*/s, '').trim());
      if (type.name === 'UnquotedLabelMatcher') seen.matchers.push(text);
    },
  });
  return seen;
}

const own = [...Object.values(API_METRICS), ...Object.values(WORKER_METRICS)];
const KNOWN = new Map<string, readonly string[]>([
  ['up', ['job']],
  ...own.map(({ name, labels }) => [name, labels] as const),
  ...TEMPORAL_METRICS.map((name) => [name, []] as const),
]);
/** A histogram is asked by its buckets. */
const base = (metric: string) => metric.replace(/_(?:bucket|sum|count)$/, '');

test('a query that is none, and a metric that is not there, would be noticed', () => {
  expect(seenIn('sum(rate(a_total[5m]) > ').errors).toBeGreaterThan(0);
  expect(seenIn('sum(rate(a_total{b="c"}[5m])) > 0 unless b').metrics).toEqual(['a_total', 'b']);
  expect(seenIn('a_total{b="c"}').matchers).toEqual(['b="c"']);
  expect(KNOWN.has('a_total')).toBe(false);
});

test.each(named)('%s asks for metrics and labels that exist', (_name, { expr }) => {
  const { errors, metrics, matchers } = seenIn(expr);
  expect(errors).toBe(0);
  expect(metrics.length).toBeGreaterThan(0);
  expect(metrics.filter((metric) => !KNOWN.has(base(metric)))).toEqual([]);
  const labels = metrics.flatMap((metric) => KNOWN.get(base(metric)) ?? []);
  expect(
    matchers.map((text) => text.split(/[=!]/)[0]).filter((label = '') => !labels.includes(label)),
  ).toEqual([]);
});

test('the failure codes that the rules name are those of the catalog', () => {
  const codes = rules.flatMap(({ expr }) =>
    [...expr.matchAll(/failure_code=~?"([^"]+)"/g)].flatMap(([, list = '']) => list.split('|')),
  );
  const known = CATALOG.map(({ code }) => code as string);
  expect(codes.length).toBeGreaterThan(3);
  expect(codes.filter((code) => !known.includes(code))).toEqual([]);
});

test.each(named)('%s says how urgent it is, in one line, and where to read on', (name, rule) => {
  expect(rule).toMatchObject({
    labels: { severity: expect.stringMatching(/^(?:page|ticket)$/) as string },
    annotations: { summary: expect.any(String) as string, runbook: `docs/runbook.md#${name.toLowerCase()}` },
  });
  expect(rule.for ?? '0m').toMatch(/^\d+m$/);
});

const sections = new Map(
  read('docs/runbook.md')
    .split(/^## /m)
    .map((section) => [section.split('\n')[0] ?? '', section] as const),
);

test('each alert has a section in the runbook, and each section of an alert an alert', () => {
  expect([...sections.keys()].filter((title) => title.startsWith('Reels')).sort()).toEqual(
    rules.map(({ alert }) => alert).sort(),
  );
});

test.each(named)('the section of %s has what it means, a query, what to do and what not', (name) => {
  for (const part of ['**Means.**', '**Query.**', '**Do.**', '**Do not.**']) {
    expect(sections.get(name)).toContain(part);
  }
});

test('Prometheus scrapes the jobs that the rules name', () => {
  const { scrape_configs: jobs, rule_files: files } = parse(read('deploy/prometheus.yml')) as {
    scrape_configs: { job_name: string }[];
    rule_files: string[];
  };
  expect(files).toEqual(['alerts.yml']);
  const names = rules.flatMap(({ expr }) => [...expr.matchAll(/job="([^"]+)"/g)].map(([, job]) => job));
  expect(names.filter((job) => !jobs.some(({ job_name: name }) => name === job))).toEqual([]);
});

test('the document names the metrics of Temporal that are looked for', () => {
  const page = read('docs/observability.md');
  const mentioned = new Set([...page.matchAll(/`(temporal_\w+)`/g)].map(([, metric]) => metric));
  expect([...mentioned].sort()).toEqual([...TEMPORAL_METRICS].sort());
});
