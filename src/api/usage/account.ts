import type { IRouter } from 'express';
import { requireAdmin } from '../access/auth';
import type { ApiDeps } from '../deps';
import { Problem } from '../http/problem';
import { route } from '../http/route';
import { shared } from '../http/shared';

/** What the service sees of the account and of Runway's status page, for a person. */
export function addAccountRoute(
  router: IRouter,
  {
    account,
    backend,
    client,
    connections,
    temporalUiUrl,
  }: Pick<ApiDeps, 'account' | 'backend' | 'client' | 'connections' | 'temporalUiUrl'>,
): void {
  const namespace = encodeURIComponent(client.options.namespace);
  const ours = {
    simulated: backend.kind === 'simulator',
    ...(connections && { connections }),
    links: {
      ...(temporalUiUrl !== undefined && { temporal: `${temporalUiUrl}/namespaces/${namespace}/workflows` }),
    },
  };
  const look = account && shared(() => account.readAccount());
  route(router, '/v1/account', {
    get: [
      requireAdmin,
      async (_req, res) => {
        if (look) res.json({ ...(await look()), ...ours });
        else {
          throw new Problem(
            'account_unavailable',
            'This process has no key for Runway: set RUNWAYML_API_SECRET for the API as well.',
          );
        }
      },
    ],
  });
}
