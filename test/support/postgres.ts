/** A PostgreSQL of a test's own: Debian's programs, an empty folder, a port of this machine. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { reservePort } from '../../tools/stack/reserve-port';
import { waitUntil } from '../../tools/stack/eventually';

const { findPostgres } = jest.requireActual<{
  findPostgres(name: string): string | undefined;
}>('../../scripts/find-program');

/** Its server refuses to run as root, who becomes this user. */
const USER = 'postgres';

export class Postgres {
  private child: ReturnType<typeof spawn> | undefined;
  private databases = 0;

  private constructor(
    private readonly folder: string,
    readonly port: number,
    private readonly as: { readonly uid?: number; readonly gid?: number },
  ) {}

  /** @param settings such as `fsync=off`. */
  static async start(...settings: readonly string[]): Promise<Postgres> {
    const folder = mkdtempSync(join(tmpdir(), 'pg-'));
    const as = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
    if (as.uid !== undefined) chownSync(folder, as.uid, as.gid);
    const server = new Postgres(folder, await reservePort(), as);
    const made = spawnSync(
      program('initdb'),
      ['-D', join(folder, 'data'), '-U', 'reels', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
      { ...as, cwd: folder, encoding: 'utf8' },
    );
    if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
    await server.run(...settings);
    return server;
  }

  /** Starts it, also again. */
  async run(...settings: readonly string[]): Promise<void> {
    const named = settings.flatMap((setting) => ['-c', setting]);
    const where = ['-D', join(this.folder, 'data'), '-p', String(this.port), '-k', this.folder];
    this.child = spawn(program('postgres'), [...where, '-h', '127.0.0.1', ...named], {
      ...this.as,
      cwd: this.folder,
      stdio: 'ignore',
    });
    await waitUntil('PostgreSQL to answer', async () => {
      await this.query('select 1');
      return true;
    });
  }

  get pid(): number {
    return this.child?.pid ?? NaN;
  }

  /** @param signal SIGINT ends it in order, at once; SIGQUIT as a crash does. */
  async end(signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
    const child = this.child;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  async stop(): Promise<void> {
    await this.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  url(database = 'postgres', user = 'reels'): string {
    return `postgres://${user}@127.0.0.1:${this.port}/${database}`;
  }

  /** An empty database. @returns its URL. */
  async database(): Promise<string> {
    this.databases += 1;
    await this.query(`create database test_${this.databases}`);
    return this.url(`test_${this.databases}`);
  }

  async query(statement: string, url = this.url()): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<Record<string, unknown>>(statement)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

function idOf(which: '-u' | '-g'): number {
  return Number(spawnSync('id', [which, USER], { encoding: 'utf8' }).stdout);
}

function program(name: string): string {
  const found = findPostgres(name);
  if (found === undefined) throw new Error(`There is no ${name} here (Debian: apt-get install postgresql).`);
  return found;
}
