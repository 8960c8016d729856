/**
 * Which Runway a reel belongs to. It is fixed when the reel is accepted: a task ID means nothing, and a
 * claim proves nothing, at another backend.
 */
export interface Backend {
  readonly kind: 'runway' | 'simulator';
  /** Origin of the API, without a trailing slash. For the simulator it may change between starts. */
  readonly baseUrl: string;
  /** The operator's own name for the account (`RUNWAY_ACCOUNT`): Runway tells no account ID, and keys rotate. */
  readonly account?: string;
  /** ID of the database that the reel's claims are in. Absent for a reel that was accepted before there was one. */
  readonly database?: string;
}

/** Whether a worker that keeps `own` knows the claims of a reel that is bound to `bound`. */
export function sameDatabase(own: Backend, bound: Backend): boolean {
  return own.database === undefined || bound.database === undefined || own.database === bound.database;
}

/** Whether a worker that is set up for `own` may call for a reel that is bound to `bound`. */
export function sameBackend(own: Backend, bound: Backend): boolean {
  if (own.kind !== bound.kind) return false;
  if (own.kind === 'simulator') return true;
  return own.baseUrl === bound.baseUrl && own.account === bound.account;
}

export function describeBackend(backend: Backend): string {
  if (backend.kind === 'simulator') return 'the simulator';
  return backend.account ? `${backend.baseUrl} (account ${backend.account})` : backend.baseUrl;
}
