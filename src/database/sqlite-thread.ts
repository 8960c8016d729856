/**
 * The thread that holds a SQLite file open (`sqlite-dialect.ts` starts it). Statements wait here for the disk, so that the event
 * loop of the process never does. It never waits for a lock: whoever finds the file locked is told so at once.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite';

/** One statement. `loose` ones may be lost in a power cut. */
export interface SqliteCall {
  readonly id: number;
  readonly loose: boolean;
  readonly sql: string;
  readonly parameters: readonly (string | number | null)[];
}

export interface SqliteAnswer {
  readonly id: number;
  readonly rows?: readonly Record<string, unknown>[];
  readonly changes?: number;
  readonly error?: { readonly message: string; readonly errcode?: number };
}

const { file } = workerData as { readonly file: string };

/** Of a connection, not of the file: each one that is opened needs them, also in a thread that takes the place of another. */
function settings(loose: boolean): readonly string[] {
  return [
    `pragma synchronous = ${loose ? 'normal' : 'full'}`,
    // On macOS the disk is told to write what it holds as well.
    'pragma fullfsync = on',
    // What was deleted is overwritten.
    'pragma secure_delete = on',
    'pragma trusted_schema = off',
  ];
}

function openFile(loose: boolean): DatabaseSyncInstance {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    for (const setting of settings(loose)) database.exec(setting);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function open(loose: boolean) {
  const database = openFile(loose);
  const statements = new Map<string, StatementSyncInstance>();
  const prepare = (sql: string): StatementSyncInstance => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = database.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return {
    run({ id, sql, parameters }: SqliteCall): SqliteAnswer {
      // Settings are no statements to keep: preparing some of them takes effect already.
      const statement = /^(?:pragma|vacuum)\b/i.test(sql) ? database.prepare(sql) : prepare(sql);
      if (statement.columns().length > 0) {
        return { id, rows: statement.all(...parameters) as Record<string, unknown>[] };
      }
      return { id, changes: Number(statement.run(...parameters).changes) };
    },
    close: () => database.close(),
  };
}

const opened = new Map<boolean, ReturnType<typeof open>>();

function connection(loose: boolean) {
  const known = opened.get(loose);
  if (known) return known;
  const made = open(loose);
  opened.set(loose, made);
  return made;
}

/** Of a statement with rows the driver gives no code, only these words of SQLite's for it (`sqlite3_errstr`). */
const CODES: Readonly<Record<string, number>> = {
  'database is locked': 5,
  'attempt to write a readonly database': 8,
  'disk I/O error': 10,
  'database disk image is malformed': 11,
  'database or disk is full': 13,
  'unable to open database file': 14,
  'locking protocol': 15,
  'file is not a database': 26,
};

function answerTo(call: SqliteCall): SqliteAnswer {
  try {
    return connection(call.loose).run(call);
  } catch (error) {
    const { message, errcode = CODES[message] } = error as Error & { errcode?: number };
    return { id: call.id, error: { message, ...(errcode !== undefined && { errcode }) } };
  }
}

parentPort?.on('message', (message: SqliteCall | 'close') => {
  if (message !== 'close') return parentPort?.postMessage(answerTo(message));
  for (const one of opened.values()) one.close();
  parentPort?.close();
});
