import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { CliError } from '../cli-error';
import type { AddCommand } from '../command-context';
import { examples } from '../examples';
import { EXIT } from '../exit-code';
import type { Terminal } from '../terminal';
import { moment } from '../text/words';

/** A line of a log, as docs/observability.md describes its fields. */
type LogLine = Readonly<Record<string, unknown>>;

/** `durable-reels log <id> [files…]` */
export const addLog: AddCommand = (program, run) => {
  program
    .command('log')
    .description('what the logs tell of a reel, of all processes in order of time')
    .argument('<id>')
    .argument('[files...]', 'logs; - is standard input (default: DATA_DIR/logs, else data/logs)')
    .addHelpText('after', examples('log sim-k3v…', 'log sim-k3v… worker-1.log worker-2.log api.log'))
    .action(
      run(async ({ env, input, show }, id: string, files: readonly string[]) => {
        const named = files.length > 0 ? files : await logsIn(path.join(env['DATA_DIR'] || 'data', 'logs'));
        const lines: LogLine[] = [];
        for (const file of named)
          await readLines(file === '-' ? input : createReadStream(file), file, id, lines);
        if (lines.length === 0) {
          throw new CliError(`There is no line about the reel ${id} in ${named.join(', ')}.`, EXIT.failed, {
            cure: 'A log has its latest 20 MB. What became of the reel itself: durable-reels show.',
          });
        }
        show(lines.sort(byTime), render);
      }),
    );
};

/** @throws CliError where there is no such folder */
async function logsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: Error) => {
    throw new CliError(`The folder ${folder} cannot be read: ${error.message}.`, EXIT.refused, {
      cure: 'Set DATA_DIR, name the files, or give the lines on standard input: docker compose logs | durable-reels log <id> -',
    });
  });
  return names.filter((name) => /\.log(?:\.\d+)?$/.test(name)).map((name) => path.join(folder, name));
}

/** Adds the lines that are about the reel. Others, also those that are no JSON, are passed over. */
async function readLines(source: Readable, file: string, id: string, into: LogLine[]): Promise<void> {
  try {
    for await (const text of createInterface({ input: source, crlfDelay: Infinity })) {
      if (!text.includes(id)) continue;
      const line = parse(text);
      if (line && isAbout(line, id)) into.push(line);
    }
  } catch (error) {
    throw new CliError(`${file} cannot be read: ${(error as Error).message}.`, EXIT.refused);
  }
}

/** Docker writes the name of the container before each line. */
function parse(text: string): LogLine | undefined {
  try {
    const value: unknown = JSON.parse(text.slice(Math.max(0, text.indexOf('{'))));
    return typeof value === 'object' && value !== null ? (value as LogLine) : undefined;
  } catch {
    return undefined;
  }
}

/** Of a sentence that only names it the reel is not the subject; of its run and its webhooks it is. */
function isAbout({ reelId, workflowId }: LogLine, id: string): boolean {
  return reelId === id || (typeof workflowId === 'string' && workflowId.split('-').slice(1).join('-') === id);
}

const timeOf = ({ time }: LogLine): string => (typeof time === 'string' ? time : '');

function byTime(one: LogLine, other: LogLine): number {
  return Date.parse(timeOf(one)) - Date.parse(timeOf(other)) || 0;
}

/** What a line says besides its message, in this order. */
const FACTS = ['generation', 'call', 'method', 'path', 'status', 'runwayTaskId', 'reason'] as const;

/** Whoever watches a reel reads it every second: that buries its story. */
function isRead({ msg, method, status }: LogLine): boolean {
  return msg === 'answered' && method === 'GET' && typeof status === 'number' && status < 400;
}

function render(lines: readonly LogLine[], { style }: Terminal): string {
  const shown = lines.filter((line) => !isRead(line));
  const reads = lines.length - shown.length;
  return shown
    .map((line) => {
      const { name, level, msg, err } = line;
      const facts: unknown[] = FACTS.filter((fact) => line[fact] !== undefined).map((fact) =>
        fact === 'generation' ? `generation ${String(line[fact])}` : line[fact],
      );
      const cause = (err as { message?: unknown } | undefined)?.message;
      if (cause !== undefined) facts.push(cause);
      const isBad = level === 'warn' || level === 'error' || level === 'fatal';
      const said = `${isBad ? `${String(level)}: ` : ''}${String(msg ?? '')}`;
      const at = style.dim(moment(timeOf(line)));
      return `${at}  ${String(name ?? '')}  ${[isBad ? style.bad(said) : said, ...facts.map(String)].join(' · ')}`;
    })
    .concat(
      reads > 0 ? [style.dim(`Left out: ${reads} answers to those who read it (--json has them).`)] : [],
    )
    .join('\n');
}
