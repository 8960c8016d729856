import type { IRouter } from 'express';
import type { AccountReader, AccountView, ApiDeps } from './deps';
import { Problem } from './problem';
import { route } from './route';

/** What the service sees of the account and of Runway's status page, for a person. */
export function addAccountRoute(router: IRouter, { account }: Pick<ApiDeps, 'account'>): void {
  const look = account && shared(account);
  route(router, '/v1/account', {
    get: async (_req, res) => {
      if (look) res.json(await look());
      else {
        throw new Problem(
          503,
          'account_unavailable',
          'The account cannot be read here',
          'This process has no key for Runway: set RUNWAYML_API_SECRET for the API as well.',
        );
      }
    },
  });
}

/** People who ask at the same time share one look: Runway is not asked more often for it. */
function shared(reader: AccountReader): () => Promise<AccountView> {
  let current: Promise<AccountView> | undefined;
  return () => (current ??= reader.readAccount().finally(() => (current = undefined)));
}
