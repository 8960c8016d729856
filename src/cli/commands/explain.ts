import type { CatalogEntries, CatalogEntry } from '../../contract/schemas/failure';
import { CliError } from '../cli-error';
import type { AddCommand } from '../command-context';
import { examples } from '../examples';
import { ServiceError } from '../service/service-error';
import type { Terminal } from '../terminal';
import { facts, section, steps } from '../text/section';
import { table } from '../text/table';

const CHARGES = {
  nothing: 'Nothing is charged.',
  refunded: 'Runway gives the credits of the failed generation back.',
  kept: 'Runway keeps the credits of the generation.',
  read: 'Depends: the reel shows what Runway charged, and what could not be read as uncertain.',
} as const satisfies Record<CatalogEntry['charge'], string>;

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
          show(await service.get<CatalogEntries>('/v1/errors'), renderCatalog);
          return;
        }
        const answer = await service
          .get<CatalogEntries>(`/v1/errors/${encodeURIComponent(code.toWellFormed())}`)
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

function renderCatalog({ entries }: CatalogEntries, terminal: Terminal): string {
  const rows = entries.map(({ code, category, title }) => [code, category, title]);
  return table(['code', 'concerns', 'what it is'], rows, terminal);
}

function renderEntry(entry: CatalogEntry, terminal: Terminal): string {
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

function seenAs({ httpStatus = [], httpText, faults = [], failureCodes = [] }: CatalogEntry): string[] {
  const quoted = httpText?.words.map((word) => `"${word}"`).join(' or ');
  return [
    ...httpStatus.map((status) => `HTTP ${status}`),
    ...(httpText ? [`HTTP ${httpText.status} with ${quoted}`] : []),
    ...faults,
    ...failureCodes.map((code) => `failureCode ${code}`),
  ];
}
