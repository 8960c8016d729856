/** The parts of the documents that restate code: made from the code, written by `npm run docs`, held by a test. */
import type { ActivityOptions } from '@temporalio/common';
import { parse } from 'dotenv';
import { API_METRICS } from '../../src/api/health/api-metrics';
import { type Config, loadConfig } from '../../src/platform/config';
import { NOT_FOUND_COUNT, NOT_FOUND_OVER_MS } from '../../src/activities/await/count-not-found';
import * as pacing from '../../src/activities/pacing';
import { formatDuration, parseDuration } from '../../src/contract/duration';
import { type MetricSpec, WORKER_METRICS } from '../../src/contract/worker-metrics';
import type { ReelPolicy } from '../../src/domain/generate-reel';
import { classifyFailure, classifyHttp } from '../../src/runway/failures/classify';
import { CATALOG } from '../../src/runway/failures/error-catalog';
import type { CatalogEntry } from '../../src/contract/schemas/failure';
import { RETRY_AFTER_CAP_MS } from '../../src/runway/calls/retry-after';
import * as policies from '../../src/workflows/policies';
import { WEBHOOK_DELAYS } from '../../src/workflows/webhooks/webhook-schedule';

/** Text of a file of the repository. */
export type ReadFile = (path: string) => string;

/** Every file with a generated part, as it should be. Tables are not aligned yet: Prettier does that. */
export function generatedDocs(read: ReadFile): Map<string, string> {
  return new Map([
    ['docs/runway-errors.md', errorPage()],
    ['README.md', fill(read('README.md'), { settings: settingsTable(read('.env.example')) })],
    ['docs/webhooks.md', fill(read('docs/webhooks.md'), { schedule: webhookTable() })],
    ['docs/observability.md', fill(read('docs/observability.md'), metricTables())],
    ['docs/retry-policies.md', fill(read('docs/retry-policies.md'), policySections())],
  ]);
}

/** Without what Prettier changes: the width of table columns. */
export function unaligned(markdown: string): string {
  return markdown.replace(/ {2,}/g, ' ').replace(/-{3,}/g, '---').trim();
}

/** Puts each section between its two marks. @throws Error for a mark that is missing. */
function fill(page: string, sections: Readonly<Record<string, string>>): string {
  return Object.entries(sections).reduce((text, [name, content]) => {
    const [start, end] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`];
    const [from, to] = [text.indexOf(start), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`the marks of "${name}" are missing`);
    return `${text.slice(0, from + start.length)}\n\n${content}\n\n${text.slice(to)}`;
  }, page);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

// ---- settings -----------------------------------------------------------------------------------------------

export interface Setting {
  readonly name: string;
  readonly value: string;
  readonly about: string;
  readonly group: string;
}

/** The settings of `.env.example`: each is a line `NAME=default` under one line of comment. */
export function settingsOf(envExample: string): Setting[] {
  const settings: Setting[] = [];
  let group = '';
  let comment = '';
  for (const line of envExample.split('\n')) {
    group = /^# -+ (.+?) -+$/.exec(line)?.[1] ?? group;
    const name = /^([A-Z_]+)=/.exec(line)?.[1];
    if (name) settings.push({ name, value: parse(line)[name] ?? '', about: comment, group });
    comment = /^# ([^-].*)$/.exec(line)?.[1] ?? '';
  }
  return settings;
}

function settingsTable(envExample: string): string {
  let group = '';
  const rows = settingsOf(envExample).map((setting) => {
    const groupCell = setting.group === group ? '' : setting.group;
    group = setting.group;
    return [
      groupCell,
      code(setting.name),
      setting.value === '' ? '' : code(setting.value),
      setting.about.replaceAll('<', '\\<'),
    ];
  });
  return table(['', 'name', 'default', 'what it is'], rows);
}

// ---- metrics ------------------------------------------------------------------------------------------------

function metricTables(): Record<string, string> {
  const rows = (metrics: Readonly<Record<string, MetricSpec>>) =>
    Object.values(metrics).map(({ name, type, labels, about }) => [
      code(name),
      type,
      labels.map(code).join(', '),
      about,
    ]);
  const head = ['metric', 'kind', 'labels', 'what it says'];
  return {
    'api-metrics': table(head, rows(API_METRICS)),
    'worker-metrics': table(head, rows(WORKER_METRICS)),
  };
}

// ---- errors -------------------------------------------------------------------------------------------------

const VERDICT_WORDS = {
  'retry-call': 'sends the same request again; nothing was made, nothing charged',
  regenerate:
    'submits a new generation after a pause, a few times; then goes on with the next of your `fallbacks`',
  wait: 'the same after a longer pause',
  'change-settings': 'goes on with the next of your `fallbacks` at once: the same settings would fail again',
  'give-up': 'stops',
} as const satisfies Record<CatalogEntry['verdict'], string>;

const CHARGE_WORDS = {
  nothing: 'nothing is charged',
  refunded: 'Runway refunds it',
  kept: 'Runway keeps it',
  read: "only Runway's `cost.credits` tells; where that cannot be read, it stands as uncertain",
} as const satisfies Record<CatalogEntry['charge'], string>;

function errorPage(): string {
  const entries: readonly CatalogEntry[] = CATALOG;
  return `# Runway's errors, and what becomes of them

<!-- Made from src/runway/failures/error-catalog.ts by \`npm run docs\`. Do not edit: edit the catalog. -->

Every failure that a reel can meet: what it is, what the service does about it, what you can do. The \`code\` of a
failed reel (\`failure.code\`, or the failure type in Temporal's UI) is the heading to look for.

## By Runway's own codes

${table(['Runway says', 'meaning', 'what the service does', 'what you can do first'], guideRows())}

A status counts as Runway's answer only when the body is Runway's JSON. Any other answer to a paid request is
[\`submit_outcome_unknown\`](#submit_outcome_unknown). While a task is being waited for, no status fails the reel:
401, 402 and 403 wait for access, a 404 counts after five in a row over two minutes, and everything else is read again.

## Verdicts

${table(
  ['verdict', 'the service'],
  Object.entries(VERDICT_WORDS).map(([verdict, words]) => [code(verdict), words]),
)}

## All codes

${table(
  ['code', 'title', 'who has to act', 'verdict'],
  entries.map((entry) => [
    `[\`${entry.code}\`](#${entry.code})`,
    entry.title,
    entry.category,
    code(entry.verdict),
  ]),
)}

${entries.map(errorSection).join('\n\n')}
`;
}

/** The code table of the guide that this project implements: 13, 400, 401, 402, 403, 404, 429, 500. */
function guideRows(): string[][] {
  const failureCodes = (CATALOG as readonly CatalogEntry[]).flatMap(({ failureCodes: codes = [] }) => codes);
  const statuses = (CATALOG as readonly CatalogEntry[]).flatMap(({ httpStatus = [] }) => httpStatus);
  const words = {
    400: 'You do not have enough credits to run this task.',
    429: 'Your daily task limit has been reached.',
  };
  const row = (says: string, entry: CatalogEntry | undefined): string[] =>
    entry ? [says, `[${entry.title}](#${entry.code})`, entry.handling, entry.advice[0] ?? ''] : [];
  return [
    row('13 (`INTERNAL`)', classifyFailure('INTERNAL', '{"code":13}')),
    ...[...statuses].sort((a, b) => a - b).map((status) => row(String(status), classifyHttp(status, ''))),
    ...Object.entries(words).map(([status, text]) =>
      row(`${status}, “${text}”`, classifyHttp(Number(status), text)),
    ),
    ...failureCodes
      .filter((prefix) => prefix !== 'INTERNAL')
      .map((prefix) => row(`${code(prefix)} and all below it`, classifyFailure(prefix, undefined))),
    ...(CATALOG as readonly CatalogEntry[]).flatMap((entry) =>
      entry.faults ? [row(`no verdict at all: ${entry.faults.map(code).join(', ')}`, entry)] : [],
    ),
    row('no `failureCode`', classifyFailure(undefined, undefined)),
    row('any other `failureCode`', classifyFailure('NEVER.SEEN', undefined)),
  ];
}

function errorSection(entry: CatalogEntry): string {
  return `### ${entry.code}

**${entry.title}.** ${entry.cause}

- What the service does: ${entry.handling}
- Credits of that generation: ${CHARGE_WORDS[entry.charge]}.
- What you can do:
${entry.advice.map((advice, index) => `  ${index + 1}. ${advice}`).join('\n')}`;
}

// ---- retry policies -----------------------------------------------------------------------------------------

/** Attempts that a table of delays shows. */
const SHOWN = 12;

/** As Temporal's options have it: `5m`, or milliseconds. */
type Duration = string | number;

interface Retry {
  readonly initialInterval: string;
  readonly backoffCoefficient: number;
  readonly maximumInterval: string;
  readonly maximumAttempts?: number;
}

function policySections(): Record<string, string> {
  const { policy: settings } = loadConfig({});
  const policy: ReelPolicy = { ...settings, deadlineAt: new Date(settings.reelDeadlineMs).toISOString() };
  return {
    policies: policyTable(policy),
    delays: delayTable(),
    pacing: pacingTable(),
    polls: pollTable(policy.pollIntervalMs),
    generations: generationTable(policy),
    waits: waitTable(settings, policy),
  };
}

function policyTable(policy: ReelPolicy): string {
  const deadline = Date.parse(policy.deadlineAt);
  const bound = (value: Duration | undefined) => {
    if (value === undefined) return 'none';
    const beyond = msOf(value) - deadline;
    // What is reckoned from the deadline is a number.
    if (beyond < 0 || typeof value === 'string') return time(msOf(value));
    return beyond === 0 ? 'until the deadline' : `until ${time(beyond)} after the deadline`;
  };
  const asUsed: Readonly<Record<string, ActivityOptions>> = {
    SUBMIT: policies.submitOptions(policy, 0),
    AWAIT: policies.awaitOptions(policy, '', 0),
    STORE: policies.storeOptions('', policies.fetchPatienceMs(policy), 0),
    FIND: policies.findOptions(policy, 0),
  };
  const rows = [
    ...namedPolicies().map(
      ([name, options]) => [code(name), ACTIVITIES[name] ?? '', asUsed[name] ?? options] as const,
    ),
    ['`RECORD`, as `settleOptions`', '`settleSubmission`', policies.settleOptions(policy)] as const,
  ];
  return table(
    [
      'policy',
      'activities',
      'one attempt takes at most',
      'a heartbeat is due within',
      'all attempts together',
      'attempts at most',
    ],
    rows.map(([name, activities, options]) => [
      name,
      activities,
      bound(options.startToCloseTimeout),
      bound(options.heartbeatTimeout),
      bound(options.scheduleToCloseTimeout),
      String(options.retry?.maximumAttempts ?? 'no limit'),
    ]),
  );
}

type NamedPolicy = ActivityOptions & { readonly retry: Retry };

/** Which activities use which policy, the one that costs most first. */
const ACTIVITIES: Readonly<Record<string, string>> = {
  SUBMIT: '`submitGeneration`',
  AWAIT: '`awaitGeneration`',
  STORE: '`storeOutput`',
  FIND: '`findFinishedTask`',
  CANCEL: '`cancelGeneration`',
  RECORD: '`acceptReel`, `diagnose`, `reconcileSubmission`, `recordReel`',
  ADOPT: '`adoptTask`',
  NOTIFY: '`enqueueWebhook`',
  POST: '`sendWebhook`',
  ERASE: '`eraseReel`',
  OUTPUTS: '`deleteOutputs`',
  SWEEP: '`findExpired`',
};

/** Every policy that src/workflows/policies.ts exports. @throws Error for one whose activities are not said here. */
function namedPolicies(): [string, NamedPolicy][] {
  const exported = Object.entries<unknown>(policies).filter(
    (entry): entry is [string, NamedPolicy] => (entry[1] as Partial<NamedPolicy>).retry !== undefined,
  );
  const order = Object.keys(ACTIVITIES);
  for (const [name] of exported) if (!order.includes(name)) throw new Error(`which activities use ${name}?`);
  return exported.sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
}

function delayTable(): string {
  const named = namedPolicies();
  const columns = named.map(([, { retry }]) => delays(retry));
  const rows = Array.from({ length: SHOWN - 1 }, (_, index) => [
    String(index + 2),
    ...columns.map((column) => {
      const at = column[index];
      return at ? `${time(at.delay)} (${time(at.since)})` : '';
    }),
  ]);
  return table(['attempt', ...named.map(([name]) => code(name))], rows);
}

/** Pauses before the second and each further attempt, and how long after the first failure that is. */
function delays(retry: Retry): { delay: number; since: number }[] {
  const most = msOf(retry.maximumInterval);
  const all: { delay: number; since: number }[] = [];
  for (
    let next = msOf(retry.initialInterval), since = 0;
    all.length < (retry.maximumAttempts ?? SHOWN) - 1;
    next *= retry.backoffCoefficient
  ) {
    const delay = Math.min(next, most);
    since += delay;
    all.push({ delay, since });
  }
  return all;
}

function pacingTable(): string {
  const grows = ({ base, cap }: pacing.Backoff) =>
    `${time(base)}, doubled each time, ${time(cap)} at most; up to half of it is added at random`;
  const upTo = (cap: number) => grows({ ...pacing.STORE_BACKOFF, cap });
  return table(
    ['what happened', 'pause before the next attempt'],
    [
      ['Runway answered 429, 500, 502 or 503 to a submit, or was not reached', grows(pacing.SUBMIT_BACKOFF)],
      [
        '… with `Retry-After`, as seconds or as a date',
        `as Runway says, ${time(RETRY_AFTER_CAP_MS)} at most`,
      ],
      ['the daily limit of the Runway account is reached', time(pacing.DAILY_LIMIT_PAUSE_MS)],
      [
        'the daily budget of this service is reached',
        `until there is room, ${time(pacing.DAILY_LIMIT_PAUSE_MS)} at most`,
      ],
      ['an output cannot be fetched', grows(pacing.STORE_BACKOFF)],
      ['an output is not offered, or what came is no complete video', upTo(pacing.BAD_OUTPUT_CAP_MS)],
      ["the client's share of the downloads is used up", upTo(pacing.DOWNLOAD_SHARE_CAP_MS)],
      [
        `Runway answers 404 for a task that is done (the video is given up after ${NOT_FOUND_COUNT} in a row over ${time(NOT_FOUND_OVER_MS)})`,
        upTo(pacing.TASK_NOT_FOUND_CAP_MS),
      ],
      ['the disk refuses, or has no room', time(pacing.STORAGE_FAULT_PAUSE_MS)],
      ["the reel belongs to another backend than the worker's", time(pacing.WRONG_BACKEND_PAUSE_MS)],
    ],
  );
}

function pollTable(interval: number): string {
  const intervals = pacing.POLL_INTERVALS;
  const between = (factor: number) =>
    `${time(pacing.pollDelayMs(interval * factor, () => 0))} to ${time(pacing.pollDelayMs(interval * factor, () => 1))}`;
  return table(
    ['Runway says', 'next look after'],
    [
      ['`PENDING`, `RUNNING`, or a status not known here', between(1)],
      ['`THROTTLED`', between(intervals.throttled)],
      ['401, 402 or 403', between(intervals.accessRefused)],
      [
        `404 (counts after ${NOT_FOUND_COUNT} in a row over ${time(NOT_FOUND_OVER_MS)})`,
        between(intervals.notFound),
      ],
      [
        'anything else',
        `${between(1)}, doubled with each in a row up to ${between(intervals.faults)}; later if \`Retry-After\` says so`,
      ],
    ],
  );
}

function generationTable(policy: ReelPolicy): string {
  const { maximumAttempts } = policies.regeneratePolicy(policy);
  const pause = (verdict: string) => {
    const delay = policies.regenerateDelay(policy, verdict);
    return delay === undefined ? 'none: the reel ends' : time(delay);
  };
  return table(
    ['generation', 'pause before it, after `regenerate`', 'pause before it, after `wait`', 'shown as'],
    Array.from({ length: maximumAttempts }, (_, index) =>
      index === 0
        ? ['1', '', '', '']
        : [
            String(index + 1),
            pause('regenerate'),
            pause('wait'),
            `\`Retrying due to internal error (${index}/${maximumAttempts - 1})\``,
          ],
    ),
  );
}

/** Waits of the workflow, each on a durable timer or bounded by one. */
function waitTable(settings: Config['policy'], policy: ReelPolicy): string {
  return table(
    ['what is waited for', 'how long', 'setting', 'and then'],
    [
      [
        'a lost answer that comes late',
        time(settings.lostAnswerQuietMs),
        '`LOST_ANSWER_QUIET`',
        'the evidence is gathered',
      ],
      [
        "a person's decision about a lost answer",
        time(settings.decisionPatienceMs),
        '`DECISION_PATIENCE`',
        '`failed`, `submit_outcome_unknown`',
      ],
      [
        'a finished video that cannot be fetched',
        time(settings.fetchPatienceMs),
        '`FETCH_PATIENCE`',
        'a person is asked',
      ],
      [
        `a person's decision about such a video (it is tried every ${time(policies.fetchAgainMs(policy))} meanwhile)`,
        time(settings.decisionPatienceMs),
        '`DECISION_PATIENCE`',
        '`failed`, `output_unavailable`',
      ],
      [
        "the end of an incident on Runway's status page",
        `a look every ${time(policies.statusPollMs(policy))}, ${time(settings.outagePatienceMs)} in all for a reel`,
        '`OUTAGE_PATIENCE`',
        'goes on with its retries',
      ],
      ['the fallback `wait`', time(settings.fallbackWaitMs), '`FALLBACK_WAIT`', 'the same settings again'],
      [
        'progress of a running task',
        time(settings.stallPatienceMs),
        '`STALL_PATIENCE`',
        'the task is ended: `stalled`',
      ],
      [
        'the end of the reel',
        time(settings.reelDeadlineMs),
        '`REEL_DEADLINE`, or `deadline` of the request',
        'the task is ended: `deadline_exceeded`, or `never_started`',
      ],
    ],
  );
}

function webhookTable(): string {
  let since = 0;
  const rows = WEBHOOK_DELAYS.map((delay, index) => {
    since += delay;
    return [String(index + 2), time(delay), time(since)];
  });
  return table(['try', 'pause before it', 'since the first one'], [['1', '', ''], ...rows]);
}

/** Seconds up to two minutes, so that a doubling can be seen. */
function time(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 100) / 10} s` : formatDuration(ms);
}

function msOf(value: Duration): number {
  const ms = typeof value === 'number' ? value : parseDuration(value);
  if (ms === undefined) throw new Error(`${value} is no duration`);
  return ms;
}

function code(text: string): string {
  return `\`${text}\``;
}
