import { Pool, type PoolClient, type PoolConfig, types } from 'pg';
import { PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';

/** PostgreSQL's class or code of what went wrong (appendix A of its manual), or Node's. */
export function codeOf(error: unknown): string | undefined {
  const code: unknown =
    typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** What pg says where no code does. */
const LOST =
  /Connection terminated|connection error|timeout exceeded when trying to connect|Query read timeout|server closed/i;

/**
 * Whether the connection is lost or of no use, so that it is not known what became of a statement that was under way. A
 * server that may only be read is one that another has taken the place of.
 */
export function isLost(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  if (/^(?:08|57P0|25006|ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_)/.test(code)) return true;
  return error instanceof Error && LOST.test(error.message);
}

/** Whether the server has undone a transaction because of others: it may be tried again. */
export function isUndone(error: unknown): boolean {
  return /^(?:40001|40P01|55P03|57014)$/.test(codeOf(error) ?? '');
}

const CONNECT_WITHIN_MS = 5_000;
/** A statement takes milliseconds; after so long the server hangs, or the way to it is cut. */
const ANSWER_WITHIN_MS = 10_000;
/** More would queue in the server: two cores do not run them. */
const MOST_CONNECTIONS = 10;

/**
 * Connections to one PostgreSQL, made when they are needed.
 *
 * @param url `postgres://…`; how TLS is used stands in it (`sslmode`, `sslrootcert`).
 */
export function postgresPool(url: string): Pool {
  const pool = new Pool({
    connectionString: url,
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    query_timeout: ANSWER_WITHIN_MS,
    // The server's own, a little sooner: what is given up here must not go on there.
    statement_timeout: ANSWER_WITHIN_MS - 1_000,
    idle_in_transaction_session_timeout: ANSWER_WITHIN_MS,
    keepAlive: true,
    application_name: 'durable-reels',
    // Milliseconds since 1970 and counts: far below 2^53.
    types: {
      getTypeParser: (oid, format) =>
        oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format),
    },
  } as PoolConfig);
  // A connection that nobody uses breaks without an answer to wait for; the pool has dropped it.
  pool.on('error', () => undefined);
  // One in use says so twice: its statement fails, and this event, which would end the process where nobody hears it.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** Kysely's dialect, with a pool that keeps no connection on which a statement was lost. */
export function postgresDialect(pool: Pool): PostgresDialect {
  return new PostgresDialect({ pool: dropping(pool) });
}

function dropping(pool: Pool): PostgresPool {
  return {
    async connect(): Promise<PostgresPoolClient> {
      const client = await pool.connect();
      let lost: unknown;
      const query = async (...args: Parameters<PoolClient['query']>) => {
        // What would undo the rest waits as long as what was lost, and is lost as well.
        if (lost !== undefined) throw lost;
        try {
          return await (client.query as (...all: unknown[]) => Promise<unknown>)(...args);
        } catch (error) {
          if (isLost(error)) lost = error;
          throw error;
        }
      };
      return {
        query: query as PostgresPoolClient['query'],
        release: () => client.release(lost !== undefined),
      };
    },
    end: () => pool.end(),
  };
}
