/** The calls that this service makes: `webhooks` of OpenAPI 3.1. */
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { WEBHOOK_TYPES, type WebhookType, webhookBody } from '../../contract/schemas/webhook';

const SUMMARIES = {
  'reel.succeeded': 'A reel was made',
  'reel.failed': 'A reel failed',
  'reel.cancelled': 'A reel was cancelled',
  'reel.needs_decision': 'A reel needs your decision',
} as const satisfies Record<WebhookType, string>;

const DESCRIPTION =
  'Sent to the `webhookUrl` of the request, as [Standard Webhooks](https://www.standardwebhooks.com) says: check the ' +
  'signature with one of its libraries and the secret that you agreed on. At least once, in order for each reel. Any ' +
  '2xx is success, 410 ends it, everything else is tried again over three days.';

const headers = z.object({
  'webhook-id': z.string().meta({ description: 'The same over all tries: a repeat can be told by it.' }),
  'webhook-timestamp': z.string().meta({ description: 'Unix seconds of this try.' }),
  'webhook-signature': z.string().meta({ description: 'One signature for each secret that is valid now.' }),
});

export const webhooks: ZodOpenApiPathsObject = Object.fromEntries(
  WEBHOOK_TYPES.map((type) => [
    type,
    {
      post: {
        operationId: type.replace(/[._](\w)/g, (_, letter: string) => letter.toUpperCase()),
        tags: ['Webhooks'],
        summary: SUMMARIES[type],
        description: DESCRIPTION,
        security: [],
        requestParams: { header: headers },
        requestBody: { required: true, content: { 'application/json': { schema: webhookBody } } },
        responses: { '2XX': { description: 'Taken.' }, '410': { description: 'Send no more of this reel.' } },
      },
    },
  ]),
);
