import type { Client } from '@temporalio/client';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Backend } from '../domain/backend';
import type { ConnectionRoute } from '../contract/schemas/account';
import type { VideoCheckNote } from '../contract/schemas/health';
import type { TaskQueues } from '../domain/task-queues';
import type { AccountReader } from '../runway/calls/account-reader';
import type { FallbackTimes } from '../runway/models/wait-problem';
import type { Standstill } from '../platform/standstills';
import type { Storage } from '../storage/storage';
import type { WebhookRules } from '../webhooks/receiver';

/** What the HTTP side needs; main.ts puts it together. */
export interface ApiDeps {
  readonly client: Client;
  /** Makes Temporal ready for reels (search attributes); free once it has succeeded. */
  readonly prepareTemporal: () => Promise<void>;
  readonly storage: Storage;
  /** Processes whose event loop stands still now. Never rejects. Unset: none is known. */
  readonly readStandstills?: () => Promise<readonly Standstill[]>;
  /** How the worker checks videos. Unset, or undefined: not known. */
  readonly readVideoCheck?: () => Promise<VideoCheckNote | undefined>;
  /** What new reels are bound to. */
  readonly backend: Backend;
  readonly taskQueues: TaskQueues;
  readonly settings: ApiSettings;
  readonly logger: Logger;
  /** Base of all links, without a trailing slash: known once the server listens. */
  readonly baseUrl: () => string;
  /** Base of Temporal's Web UI; unset: reels have no link to it. */
  readonly temporalUiUrl?: string;
  /** Unset: this process has no key for Runway. */
  readonly account?: AccountReader;
  /** How this process connects to other hosts, for `GET /v1/account`. */
  readonly connections?: readonly ConnectionRoute[];
  /** How long the one request of the old front end waits for its reel, in milliseconds; unset: five minutes. */
  readonly legacyAnswerWithinMs?: number;
  /** Aborted when the process stops: what waits for a reel is answered at once. */
  readonly stopping?: AbortSignal;
  /** The most open connections of this process, of which each caller may have a share. Unset: `MOST_CONNECTIONS`. */
  readonly maxConnections?: number;
  /** What `/metrics` shows beside the API's own figures; unset: nothing. */
  readonly metrics?: Registry;
  /** Makes a trace of each request; unset: none are made. */
  readonly traceRequests?: RequestHandler;
  readonly now?: () => Date;
}

/** One key of a client; a client has two during a rotation. */
export interface ApiKey {
  readonly client: string;
  /** Lower-case hex SHA-256 of the secret. */
  readonly sha256: string;
}

/** The settings of src/platform/config.ts that concern HTTP. */
export interface ApiSettings {
  /** Empty: everybody is the client `local`, and an admin. */
  readonly apiKeys: readonly ApiKey[];
  /** Clients that see what belongs to the whole service. */
  readonly admins?: readonly string[];
  /** For each client, where keys are set; unset: none. */
  readonly limits?: { readonly requestsPerSecond: number; readonly reelsInFlight: number };
  readonly corsOrigins: readonly string[];
  /** Proxies whose `X-Forwarded-For` names the caller: wrong keys are counted by its address. Unset: none. */
  readonly trustedProxies?: readonly string[];
  readonly publicUrl?: string;
  readonly defaultMaxCredits?: number;
  /** Unset: only the worker that accepts a reel checks whether it has the time for its fallbacks. */
  readonly fallbackTimes?: FallbackTimes;
  /** The most that all reels may cost in 24 hours; unset: no limit. */
  readonly dailyMaxCredits?: number;
  /** The same for one client. */
  readonly keyDailyMaxCredits?: Readonly<Record<string, number>>;
  /** Whose webhooks can be signed, and where they may go; unset: nobody's. The secrets are known to workers only. */
  readonly webhooks?: WebhookRules;
}
