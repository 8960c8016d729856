import { workflowsPage } from '../../platform/temporal/settings';
import { json } from '../http/answer';
import { route } from '../http/route';
import { account } from '../../contract/schemas/account';

/** What the service sees of the account and of Runway's status page. */
export const getAccount = route({
  method: 'GET',
  path: '/v1/account',
  id: 'getAccount',
  tag: 'Money',
  summary: 'Credits and limits of the Runway account, and its status page',
  access: 'admin',
  answers: { 200: json('What could be read within a few seconds.', account) },
  problems: ['account_unavailable'],
  async handler({ res, problem }, { readAccount, backend, client, connections, temporalUiUrl }) {
    if (!readAccount) {
      throw problem(
        'account_unavailable',
        'This process has no key for Runway: set RUNWAYML_API_SECRET for the API as well.',
      );
    }
    res.json({
      ...(await readAccount()),
      simulated: backend.kind === 'simulator',
      ...(connections && { connections }),
      links: {
        ...(temporalUiUrl !== undefined && {
          temporal: workflowsPage(temporalUiUrl, client.options.namespace),
        }),
      },
    });
  },
});
