import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundBinary } from './temporal-binary';
import { compareVersions, findVersion } from './version';

/** The CLI is older than the one that wrote the database. */
export class OlderCliError extends Error {
  override readonly name = 'OlderCliError';
}

/**
 * Keeps in the data folder which CLI opened its database last. An older one opens the file without complaint
 * and then fails its assertions (measured with 1.6 on a database of 1.9), so it is refused.
 *
 * @throws OlderCliError
 */
export function guardCliVersion(dataDir: string, cli: FoundBinary): void {
  const file = join(dataDir, 'temporal.version');
  const last = existsSync(file) ? findVersion(readFileSync(file, 'utf8')) : undefined;
  if (last !== undefined && compareVersions(cli.version, last) < 0) {
    const place = cli.source === 'TEMPORAL_CLI_PATH' ? 'named by TEMPORAL_CLI_PATH' : 'found';
    throw new OlderCliError(
      `The Temporal CLI ${place} (${cli.path}) is ${cli.version}, but ${join(dataDir, 'temporal.db')} was last ` +
        `used by ${last}: an older server can damage it. Use Temporal CLI ${last} or newer` +
        (cli.source === 'TEMPORAL_CLI_PATH' ? ' (or unset TEMPORAL_CLI_PATH).' : '.'),
    );
  }
  // Before the server starts: it may upgrade the database at once.
  if (last !== cli.version) writeFileSync(file, `${cli.version}\n`, { flush: true });
}
