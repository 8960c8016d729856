import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Backend } from '../domain/backend';
import type { TaskQueues } from '../domain/task-queues';
import type { Storage } from '../storage/storage';

/** What the HTTP side needs; main.ts puts it together. */
export interface ApiDeps {
  readonly client: Client;
  /** Makes Temporal ready for reels (search attributes); free once it has succeeded. */
  readonly prepareTemporal: () => Promise<void>;
  readonly storage: Storage;
  /** What new reels are bound to. */
  readonly backend: Backend;
  readonly taskQueues: TaskQueues;
  readonly settings: ApiSettings;
  readonly logger: Logger;
  /** Base of all links, without a trailing slash: known once the server listens. */
  readonly baseUrl: () => string;
  /** Base of Temporal's Web UI; unset: reels have no link to it. */
  readonly temporalUiUrl?: string;
  readonly now?: () => Date;
}

/** The settings of src/config.ts that HTTP knows. */
export interface ApiSettings {
  readonly apiKeys: readonly { readonly client: string; readonly sha256: string }[];
  readonly corsOrigins: readonly string[];
  readonly publicUrl?: string;
  readonly defaultMaxCredits?: number;
}
