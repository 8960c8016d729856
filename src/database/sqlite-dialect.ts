import { Worker } from 'node:worker_threads';
import { setTimeout as wait } from 'node:timers/promises';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { SqliteAnswer, SqliteCall } from './sqlite-thread';

/** What SQLite says of a statement that failed. `errcode` is its extended result code. */
export class SqliteError extends Error {
  override readonly name = 'SqliteError';
  constructor(
    message: string,
    readonly errcode: number | undefined,
  ) {
    super(message);
  }
}

/** Primary result codes of SQLite (sqlite.org/rescode.html). */
export const SQLITE = {
  busy: 5,
  readonly: 8,
  ioerr: 10,
  corrupt: 11,
  full: 13,
  cantopen: 14,
  protocol: 15,
  notadb: 26,
} as const;

export function isSqlite(error: unknown, code: number): boolean {
  return error instanceof SqliteError && error.errcode !== undefined && (error.errcode & 0xff) === code;
}

/** How long a statement goes on trying while other processes write. They hold the file for milliseconds. */
const LOCKED_MOST_MS = 15_000;
const LOCKED_PAUSE_MS = { least: 1, most: 15 };

/** Whether a statement did nothing because other processes use the file: the log was locked, or many opened it at once. */
function isLocked(error: unknown): boolean {
  return isSqlite(error, SQLITE.busy) || isSqlite(error, SQLITE.protocol);
}

/** A SQLite file in a thread of its own, for the whole process. */
export class SqliteFile {
  private thread: Worker | undefined;
  private threads = 0;
  private readonly waiting = new Map<number, PromiseWithExecutor>();
  private calls = 0;
  private closed = false;
  /** Whether a statement has met damage in the file. */
  damaged = false;

  constructor(private readonly file: string) {}

  /**
   * Runs one statement. One that finds the file locked did nothing, and is tried again for a while.
   *
   * @param within the thread that its transaction was begun in: with it the transaction has ended.
   * @throws SqliteError
   */
  async run(
    sql: string,
    parameters: SqliteCall['parameters'],
    loose: boolean,
    within?: number,
  ): Promise<SqliteAnswer> {
    const until = performance.now() + LOCKED_MOST_MS;
    for (;;) {
      if (within !== undefined && within !== this.currentThread) throw new SqliteError(ENDED, SQLITE.ioerr);
      const answer = await this.send({ sql, parameters, loose });
      if (!answer.error) return answer;
      const error = new SqliteError(answer.error.message, answer.error.errcode);
      this.damaged ||= isSqlite(error, SQLITE.corrupt) || isSqlite(error, SQLITE.notadb);
      if (!isLocked(error) || performance.now() > until) throw error;
      await wait(LOCKED_PAUSE_MS.least + Math.random() * (LOCKED_PAUSE_MS.most - LOCKED_PAUSE_MS.least));
    }
  }

  /** Undefined where none runs. */
  get currentThread(): number | undefined {
    return this.thread && this.threads;
  }

  async close(): Promise<void> {
    this.closed = true;
    const thread = this.thread;
    if (!thread) return;
    const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
    thread.ref();
    thread.postMessage('close');
    await ended;
  }

  private send(call: Omit<SqliteCall, 'id'>): Promise<SqliteAnswer> {
    if (this.closed) return Promise.reject(new SqliteError('the database was closed', undefined));
    const thread = (this.thread ??= this.start());
    const id = (this.calls += 1);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      // It keeps the process alive for as long as somebody waits for it.
      thread.ref();
      thread.postMessage({ id, ...call } satisfies SqliteCall);
    });
  }

  private start(): Worker {
    this.threads += 1;
    const file = require.resolve('./sqlite-thread');
    const thread = new Worker(file, {
      workerData: { file: this.file },
      env: {},
      // Tests run the sources through a preload.
      execArgv: file.endsWith('.ts') ? process.execArgv : [],
    });
    thread.unref();
    thread.on('message', (answer: SqliteAnswer) => {
      this.waiting.get(answer.id)?.resolve(answer);
      this.waiting.delete(answer.id);
      if (this.waiting.size === 0) thread.unref();
    });
    // What it was doing is done or not, as after a death of the process; the next statement starts another one.
    const end = (why: string) => {
      if (this.thread === thread) this.thread = undefined;
      for (const { reject } of this.waiting.values()) reject(new SqliteError(why, SQLITE.ioerr));
      this.waiting.clear();
    };
    thread.on('error', (error) => end(error.message));
    thread.on('exit', () => end(ENDED));
    return thread;
  }
}

const ENDED = 'the thread of the database has ended';

interface PromiseWithExecutor {
  readonly resolve: (answer: SqliteAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** @param loose for what need not survive a power cut: it is written without waiting for the disk. */
export function sqliteDialect(file: SqliteFile, loose: boolean): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new OneConnection(file, loose),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/** One connection; who wants it while it is taken waits in line. */
class OneConnection implements Driver {
  private readonly connection: DatabaseConnection;
  private last: Promise<void> = Promise.resolve();
  private release = () => {};
  /** The thread that holds the transaction under way. */
  private begunIn: number | undefined;

  constructor(
    private readonly file: SqliteFile,
    loose: boolean,
  ) {
    const run = (sql: string, parameters: readonly unknown[]) =>
      file.run(sql, parameters as SqliteCall['parameters'], loose, this.begunIn);
    this.connection = {
      async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
        const { rows, changes } = await run(sql, parameters);
        return {
          rows: (rows ?? []) as R[],
          ...(changes !== undefined && { numAffectedRows: BigInt(changes) }),
        };
      },
      // eslint-disable-next-line require-yield -- nothing is streamed
      async *streamQuery() {
        throw new Error('this database streams nothing');
      },
    };
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.last;
    let release = () => {};
    this.last = new Promise((resolve) => (release = resolve));
    await before;
    this.release = release;
    return this.connection;
  }

  async releaseConnection(): Promise<void> {
    this.begunIn = undefined;
    this.release();
  }

  /** With the right to write from its first line: one that reads first would fail where another wrote meanwhile. */
  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
    this.begunIn = this.file.currentThread;
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // SQLite has undone it by itself where the disk failed, and then says that there is none.
    await connection.executeQuery(CompiledQuery.raw('rollback')).catch(() => undefined);
  }

  async destroy(): Promise<void> {}
}
