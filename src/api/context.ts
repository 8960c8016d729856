import { Registry } from 'prom-client';
import { type Auth, createAuth } from './access/auth';
import type { AccountView } from '../contract/schemas/account';
import type { ApiDeps } from './deps';
import { createPartsCheck, type CheckParts } from './health/service-parts';
import { MOST_CONNECTIONS } from './http/server';
import { shared } from './http/shared-calls';
import { createJoining, type Joining } from './legacy/joining';
import { createStartReel, type StartReel } from './reels/order/start-reel';
import { createToPublicReel, type ToPublicReel } from './reels/view/public-reel';
import { createReelFinder, type ReelFinder } from './reels/view/reel-finder';
import { createReelWatch, type ReelWatch } from './reels/watch/watch';

/** Shared by all handlers: one of each in a process. */
export interface ApiContext extends ApiDeps {
  readonly now: () => Date;
  readonly metrics: Registry;
  readonly auth: Auth;
  readonly finder: ReelFinder;
  readonly toPublicReel: ToPublicReel;
  readonly startReel: StartReel;
  readonly watch: ReelWatch;
  readonly joining: Joining;
  readonly checkParts: CheckParts;
  /** Unset: this process has no key for Runway. Callers at the same time share one call. */
  readonly readAccount?: () => Promise<AccountView>;
  /** The OpenAPI document as it is sent. */
  readonly contract: Buffer;
}

export function createContext(deps: ApiDeps, contract: Buffer): ApiContext {
  const { maxConnections = MOST_CONNECTIONS, metrics = new Registry(), now = () => new Date() } = deps;
  const { account } = deps;
  const finder = createReelFinder(deps);
  const toPublicReel = createToPublicReel(deps);
  const startReel = createStartReel(deps, finder);
  return {
    ...deps,
    now,
    metrics,
    auth: createAuth(deps),
    finder,
    toPublicReel,
    startReel,
    watch: createReelWatch({ ...deps, finder, toPublicReel, maxConnections }),
    joining: createJoining(deps, finder, startReel),
    checkParts: createPartsCheck(deps),
    readAccount: account && shared(() => account.readAccount()),
    contract,
  };
}
