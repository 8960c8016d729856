import { urlProblem } from '../platform/outbound/guarded-agent';

/** Who may be sent webhooks. */
export interface WebhookRules {
  /** One entry for each secret: which clients have one. */
  readonly secrets: readonly { readonly client: string }[];
  /** Development: this machine may be a receiver too, also over http. */
  readonly allowLoopback: boolean;
}

/** Without `WEBHOOK_SECRET`. */
export const NO_WEBHOOKS: WebhookRules = { secrets: [], allowLoopback: false };

/**
 * What is wrong with a client's `webhookUrl`, as a sentence; undefined when nothing is. Where its name leads is
 * checked by each POST: that may change.
 *
 * @param webhookUrl an http(s) URL.
 */
export function webhookProblem(webhookUrl: string, client: string, rules: WebhookRules): string | undefined {
  if (!rules.secrets.some((secret) => secret.client === client)) {
    return `webhookUrl cannot be used: WEBHOOK_SECRET has no secret that signs for "${client}". Set one, or leave webhookUrl out.`;
  }
  const problem = urlProblem(new URL(webhookUrl), rules.allowLoopback ? 'public_or_loopback' : 'public');
  return problem && `webhookUrl ${problem}.`;
}
