import { StorageError } from '../platform/files/disk-fault';
import { inDatabase, type Sql } from './sql';

export interface Sessions {
  /** The key that signs video URLs and sessions of the page, shared by all API processes. */
  signingKey(): Promise<Buffer>;
  /**
   * Ends a session of the page before its time, for all API processes, also after a restart.
   *
   * @param args.id SHA-256 of the session's token, in hex.
   */
  endSession(args: { id: string; expiresAt: Date; now: Date }): Promise<void>;
  isSessionEnded(id: string): Promise<boolean>;
}

const KEY_BYTES = 32;

export function createSessions({ db }: Pick<Sql, 'db'>): Sessions {
  async function readKey(): Promise<Buffer> {
    const row = await inDatabase('read the signing key', () =>
      db.selectFrom('meta').select('value').where('key', '=', 'signing_key').executeTakeFirst(),
    );
    const bytes = Buffer.from(row?.value ?? '', 'hex');
    if (bytes.length === KEY_BYTES) return bytes;
    throw new StorageError('bad_record', `The signing key in the database is none (${KEY_BYTES} bytes).`);
  }
  let key: Promise<Buffer> | undefined;

  return {
    signingKey() {
      // Once, not at each request; after a failure the next one tries again.
      key ??= readKey().catch((error: unknown) => {
        key = undefined;
        throw error;
      });
      return key;
    },

    async endSession({ id, expiresAt, now }) {
      await inDatabase('end a session', async () => {
        await db
          .insertInto('ended_sessions')
          .values({ id, expires_at_ms: expiresAt.getTime() })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .execute();
        // Expired sessions are refused by their own time.
        await db.deleteFrom('ended_sessions').where('expires_at_ms', '<=', now.getTime()).execute();
      });
    },

    isSessionEnded: (id) =>
      inDatabase('see whether a session was ended', async () => {
        const row = await db
          .selectFrom('ended_sessions')
          .select('id')
          .where('id', '=', id)
          .executeTakeFirst();
        return row !== undefined;
      }),
  };
}
