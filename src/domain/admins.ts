/** The client of every request while no keys are set, and of every reel that was not ordered over HTTP. */
export const LOCAL_CLIENT = 'local';

/** Who sees what belongs to the whole service and to the account at Runway. */
export interface AdminRules {
  /** `REEL_ADMINS`. */
  readonly admins: readonly string[];
  /** `REEL_API_KEYS`. Without them only loopback is bound, and whoever reaches the service is its owner. */
  readonly keysAreSet: boolean;
}

/** Without settings: those of a service at home. */
export const NO_ADMINS: AdminRules = { admins: [], keysAreSet: false };

/** A worker need not be given the keys: names of admins say as well that there are several clients. */
export function isAdminName({ admins, keysAreSet }: AdminRules, client: string): boolean {
  return admins.includes(client) || (client === LOCAL_CLIENT && !keysAreSet && admins.length === 0);
}
