/**
 * What stands in the database, read with plain SQL by a reader that shares no code with the product: what this tells is believed
 * where the product is not.
 */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { Client } from 'pg';

export type Row = Readonly<Record<string, string | number | null>>;

export interface DatabasePlace {
  /** The folder of one kind of backend, below `DATA_DIR`. */
  readonly root: string;
  /** `postgres://…`, where the database is not a file in it. */
  readonly url?: string | undefined;
}

const FILE = 'reels.db';

/** Rows of one statement, of all tables alike in SQLite and PostgreSQL. */
export async function rowsOf({ root, url }: DatabasePlace, statement: string): Promise<Row[]> {
  if (url !== undefined) return rowsOfServer(url, `durable_reels_${path.basename(root)}`, statement);
  const database = new DatabaseSync(path.join(root, FILE), { readOnly: true, timeout: 5_000 });
  try {
    return database.prepare(statement).all() as Row[];
  } finally {
    database.close();
  }
}

async function rowsOfServer(url: string, schema: string, statement: string): Promise<Row[]> {
  const client = new Client({ connectionString: url, options: `-c search_path=${schema}` });
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}

/** Tables that hold something about one reel, and the column that names it. */
const OF_REEL = {
  claims: 'reel_id',
  spending: 'reel_id',
  adopted_tasks: 'reel_id',
  polls: 'reel_id',
  remakes: 'reel_id',
  image_uses: 'reel_id',
  events: 'reel_id',
  reels: 'id',
} as const;

/** Everything that the database holds about one reel, by table. */
export async function rowsOfReel(place: DatabasePlace, reelId: string): Promise<Record<string, Row[]>> {
  const found = Object.entries(OF_REEL).map(async ([table, column]) => {
    const rows = await rowsOf(place, `select * from ${table}`);
    return [table, rows.filter((row) => row[column] === reelId)] as const;
  });
  return Object.fromEntries((await Promise.all(found)).filter(([, rows]) => rows.length > 0));
}

/** What is kept of a reel: files, tables, and of its own row the columns that hold something. */
export async function keptOf(place: DatabasePlace, reelId: string): Promise<string[]> {
  const { reels = [], ...others } = await rowsOfReel(place, reelId);
  const columns = Object.entries(reels[0] ?? {}).filter(([name, value]) => name !== 'id' && value !== null);
  const folder = path.join(place.root, 'reels', reelId);
  return [
    ...Object.keys(others),
    ...columns.map(([name]) => name),
    ...(existsSync(folder) ? readdirSync(folder) : []),
  ].sort();
}
