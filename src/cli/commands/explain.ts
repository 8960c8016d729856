import type { FailureCategory, Verdict } from '../../contract/schemas/failure';
import { CliError } from '../cli-error';
import type { AddCommand } from '../command-context';
import { examples } from '../examples';
import { ServiceError } from '../service-error';
import type { Terminal } from '../terminal';
import { facts, section, steps } from '../text/section';
import { table } from '../text/table';

/** An entry of the catalog, as `GET /v1/errors/{code}` answers it. */
export interface ErrorEntry {
  readonly code: string;
  readonly title: string;
  readonly category: FailureCategory;
  readonly verdict: Verdict;
  readonly charge: 'nothing' | 'refunded' | 'kept' | 'read';
  readonly cause: string;
  readonly handling: string;
  readonly advice: readonly string[];
  readonly httpStatus?: readonly number[];
  readonly httpText?: { readonly status: number; readonly words: readonly string[] };
  readonly faults?: readonly string[];
  readonly failureCodes?: readonly string[];
}

const CHARGES = {
  nothing: 'Nothing is charged.',
  refunded: 'Runway gives the credits of the failed generation back.',
  kept: 'Runway keeps the credits of the generation.',
  read: 'Depends: the reel shows what Runway charged, and what could not be read as uncertain.',
} as const satisfies Record<ErrorEntry['charge'], string>;

interface Entries {
  readonly entries: readonly ErrorEntry[];
}

/** `durable-reels explain [code]` */
export const addExplain: AddCommand = (program, run) => {
  program
    .command('explain')
    .description('what a failure means, what it costs and what you can do; without a code: all of them')
    .argument(
      '[code]',
      'a code of a reel, an HTTP status, or what Runway wrote: INTERNAL, 13, SAFETY.INPUT.TEXT',
    )
    .addHelpText('after', examples('explain 13', 'explain insufficient_credits', 'explain'))
    .action(
      run(async ({ service, show, commandLine }, code?: string) => {
        if (code === undefined) {
          show(await service.get<Entries>('/v1/errors'), renderCatalog);
          return;
        }
        const answer = await service
          .get<Entries>(`/v1/errors/${encodeURIComponent(code.toWellFormed())}`)
          .catch((error: unknown) => {
            if (!(error instanceof ServiceError && error.code === 'error_not_found')) throw error;
            throw new CliError(`No failure is called "${code}".`, error.exitCode, {
              cure: `All of them: ${commandLine('explain')}`,
              problem: error.problem,
            });
          });
        show(answer, ({ entries }, terminal) =>
          entries.map((entry) => renderEntry(entry, terminal)).join('\n\n\n'),
        );
      }),
    );
};

function renderCatalog({ entries }: Entries, terminal: Terminal): string {
  const rows = entries.map(({ code, category, title }) => [code, category, title]);
  return table(['code', 'concerns', 'what it is'], rows, terminal);
}

function renderEntry(entry: ErrorEntry, terminal: Terminal): string {
  const { style } = terminal;
  return [
    style.bold(entry.title),
    facts(
      [
        ['code', entry.code],
        ['concerns', entry.category],
        ['seen as', seenAs(entry).join(', ')],
      ],
      terminal,
    ),
    '',
    section('What it means', entry.cause, terminal),
    '',
    section('What the service does', entry.handling, terminal),
    '',
    steps('What you can do', entry.advice, terminal),
    '',
    section('Money', CHARGES[entry.charge], terminal),
  ].join('\n');
}

function seenAs({ httpStatus = [], httpText, faults = [], failureCodes = [] }: ErrorEntry): string[] {
  const quoted = httpText?.words.map((word) => `"${word}"`).join(' or ');
  return [
    ...httpStatus.map((status) => `HTTP ${status}`),
    ...(httpText ? [`HTTP ${httpText.status} with ${quoted}`] : []),
    ...faults,
    ...failureCodes.map((code) => `failureCode ${code}`),
  ];
}
