import type { DailyBudget } from '../../contract/schemas/usage';
import { dailyLimits } from './daily-limits';
import type { ApiDeps } from '../deps';

/**
 * What is spent or set aside in the 24 hours before `now`, beside the limits: counted as for a new reel.
 *
 * @throws StorageError `disk`
 */
export async function dailyUse(
  { storage: { ledger }, settings }: Pick<ApiDeps, 'storage' | 'settings'>,
  { client, admin }: { readonly client: string; readonly admin: boolean },
  now: Date,
): Promise<DailyBudget> {
  const limits = dailyLimits(settings, client);
  const [own, all] = await Promise.all([
    ledger.committed(now, client),
    admin ? ledger.committed(now) : undefined,
  ]);
  return {
    ...(all !== undefined && { all: { committed: all, limit: limits.total } }),
    own: { committed: own, limit: limits.client },
  };
}
