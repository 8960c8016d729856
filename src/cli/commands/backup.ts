import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { AddCommand } from '../command-context';
import { examples } from '../examples';

/** `durable-reels backup <folder>`: on the machine that has DATA_DIR, with its settings. */
export const addBackup: AddCommand = (program) => {
  program
    .command('backup')
    .description('copy DATA_DIR while the service runs; on its own machine, with its settings')
    .argument('<folder>', 'a new folder')
    .addHelpText('after', examples('backup /var/backups/durable-reels-2026-12-06'))
    .action(async (folder: string) => {
      // A program of its own: this one speaks HTTP only.
      const child = spawn(process.execPath, [join(__dirname, '../../backup/main.js'), folder], {
        stdio: 'inherit',
      });
      process.exitCode = await new Promise<number>((resolve) =>
        child.once('exit', (code) => resolve(code ?? 1)),
      );
    });
};
