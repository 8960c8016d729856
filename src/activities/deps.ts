import type { AdminRules } from '../domain/admins';
import type { Backend } from '../domain/backend';
import type { ReelPolicy } from '../domain/generate-reel';
import type { ProxySettings } from '../platform/outbound/proxies';
import type { Runway } from '../runway/runway';
import type { Storage } from '../storage/storage';

/** What the activities are built from. */
export interface ActivityDeps {
  /** What this worker is set up for: it never calls for a reel that is bound to another backend. */
  readonly backend: Backend;
  readonly runway: Runway;
  readonly storage: Storage;
  readonly policy: Omit<ReelPolicy, 'deadlineAt'> & {
    readonly reelDeadlineMs: number;
    /** How long the fallback `wait` waits. */
    readonly fallbackWaitMs: number;
    readonly defaultMaxCredits?: number;
  };
  /** Base of Runway's status page. */
  readonly statusUrl: string;
  /** Credits that all reels together may cost in each rolling 24 hours; a limit that is not here is none. */
  readonly budget: {
    readonly dailyMaxCredits?: number;
    /** By the client's name. */
    readonly keyDailyMaxCredits: Readonly<Record<string, number>>;
  };
  readonly webhooks: {
    /** What signs, by the client's name; two of one name are for a rotation. */
    readonly secrets: readonly { readonly client: string; readonly secret: string }[];
    /** Development: receivers on this machine, also over http. */
    readonly allowLoopback: boolean;
  };
  /** Reels that ended longer ago are deleted; unset: kept. */
  readonly retentionMs?: number;
  /** Clients that see what belongs to the whole account. */
  readonly admins?: AdminRules;
  /** For outputs and webhooks; unset: connections are direct. */
  readonly proxies?: ProxySettings;
  /** Base of the links in webhooks, without a trailing slash; unset: they have none. */
  readonly publicUrl?: string;
}
