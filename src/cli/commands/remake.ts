import { randomUUID } from 'node:crypto';
import type { Reel } from '../../domain/reel';
import { CliError } from '../cli-error';
import type { AddCommand } from '../command-context';
import { reelPath } from '../reel-path';
import { renderReel } from '../text/reel-text';

interface RemakeOptions {
  readonly idempotencyKey?: string;
}

/** `durable-reels remake <id>` */
export const addRemake: AddCommand = (program, run) => {
  program
    .command('remake')
    .description('make a new reel with the request of an ended one')
    .argument('<id>')
    .option('--idempotency-key <key>', 'the same key again makes no second reel (default: a new one)')
    .action(
      run(async ({ service, show }, id: string, { idempotencyKey }: RemakeOptions) => {
        const key = idempotencyKey ?? randomUUID();
        const remade = service.post<Reel>(reelPath(id, 'remake'), {}, { 'idempotency-key': key });
        show(await remade.catch((error: unknown) => Promise.reject(safeToRepeat(error, key))), renderReel);
      }),
    );
};

/** The answer may be lost and the new reel under way: with the same key, sending again is safe. */
function safeToRepeat(error: unknown, key: string): unknown {
  if (!(error instanceof CliError) || error.exitCode !== 1) return error;
  const cure = [error.cure, `To send it again without a second reel, add --idempotency-key ${key}`];
  return new CliError(error.message, 1, cure.filter(Boolean).join('\n'), error.problem);
}
