/**
 * `npm start`: runs the whole service on one machine. Supervises Temporal's dev server (unless the environment
 * names another Temporal), the simulator (unless there is a Runway key), the worker and the API.
 */
import { chmodSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseError } from '../database/open-sql';
import { StorageError } from '../platform/files/disk-fault';
import { ConfigError, loadConfig, requireKeysInPublic } from '../platform/config';
import { printable } from '../contract/text';
import { exceptLoopback } from '../platform/outbound/proxies';
import { makeFolders } from '../platform/files/folders';
import { keepFilesPrivate } from '../platform/private-files';
import { onShutdown } from '../platform/process-lifetime';
import { banner } from './banner';
import { OlderCliError } from './temporal/cli-version-guard';
import { DataDirLock, LockedError } from './processes/data-dir-lock';
import { endLeftovers } from './processes/end-process';
import { readEnvFile } from './env-file';
import { PortInUseError } from '../platform/free-port';
import { urlOf } from './local-url';
import { StartError } from './start-error';
import { startService } from './start-service';
import { Supervisor } from './processes/supervisor';
import { BinaryNotFoundError } from './temporal/temporal-binary';

/** Made printable: lines contain ends of logs and names of folders. */
const say = (line: string): void => console.log(printable(line));

async function main(): Promise<void> {
  keepFilesPrivate();
  const envFile = resolve('.env');
  readEnvFile(envFile, process.env);
  warnOfReaders(envFile);
  exceptLoopback(process.env);
  const config = loadConfig();
  requireKeysInPublic(config);
  const dataDir = resolve(config.dataDir);
  const lockFile = join(dataDir, 'lock');
  const lock = takeDataDir(dataDir, () => DataDirLock.acquire(lockFile, urlOf(config.host, config.port)));
  const supervisor = new Supervisor({ say, onChange: (children) => lock.update({ children }) });

  let stopping = false;
  onShutdown(
    async () => {
      stopping = true;
      say('\nStopping: what is under way finishes or is handed back. Ctrl-C again to hurry.');
      await supervisor.stop();
      lock.release();
      say('Stopped. Unfinished reels go on at the next start.');
    },
    () => {
      say('Hurrying: if a submit is under way its answer may be lost, and the reel will say so.');
      void supervisor.hurry();
    },
  );

  try {
    await endLeftovers(lock, say);
    const facts = await startService({ config, dataDir, lockFile, supervisor, say }, (address) =>
      lock.update({ address }),
    );
    supervisor.started();
    say(banner(facts));
  } catch (error) {
    // Stopped while starting: no failure, and `onShutdown` ends the process.
    if (stopping) return;
    await supervisor.stop();
    lock.release();
    throw error;
  }
}

function warnOfReaders(file: string): void {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & 0o077) === 0 || process.platform === 'win32') return;
  say(
    `Other users of this machine may read ${file}, which may hold keys. To keep it private: chmod 600 .env`,
  );
}

/** @throws StartError where the system does not let us have the folder; LockedError */
function takeDataDir(dataDir: string, lock: () => DataDirLock): DataDirLock {
  try {
    makeFolders(join(dataDir, 'logs'));
    // One that was made by an earlier version, or by hand.
    for (const folder of [dataDir, join(dataDir, 'logs')]) {
      if (statSync(folder).uid === process.getuid?.()) chmodSync(folder, 0o700);
    }
    return lock();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new StartError(`DATA_DIR ${dataDir} cannot be used (${code}): name a folder that can be written.`);
  }
}

function explain(error: unknown): string {
  if (error instanceof LockedError) {
    const { supervisor, address } = error.holder;
    return (
      `Another npm start (process ${supervisor.pid}, ${address}) uses this data folder. ` +
      'Stop it with Ctrl-C, or give this one a DATA_DIR, PORT, TEMPORAL_PORT and TEMPORAL_UI_PORT of its own.'
    );
  }
  const forPeople = [
    BinaryNotFoundError,
    ConfigError,
    DatabaseError,
    OlderCliError,
    PortInUseError,
    StartError,
    StorageError,
  ];
  if (forPeople.some((type) => error instanceof type)) return (error as Error).message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

// A terminal that is closed must not cut the orderly stop short.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
main().catch((error: unknown) => {
  console.error(printable(explain(error)));
  process.exit(error instanceof ConfigError || error instanceof DatabaseError ? 2 : 1);
});
