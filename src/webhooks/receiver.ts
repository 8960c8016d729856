import { isIP } from 'node:net';
import { isLoopbackAddress, isPublicAddress } from './public-address';

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
  const problem = urlProblem(new URL(webhookUrl), rules.allowLoopback);
  return problem && `webhookUrl ${problem}.`;
}

/** The part of the check that the URL alone decides, as the end of a sentence. */
export function urlProblem(url: URL, allowLoopback: boolean): string | undefined {
  const host = hostOf(url);
  const local = isLocal(host);
  if (local && allowLoopback) return undefined;
  if (url.protocol !== 'https:') return 'must begin with https://';
  if (local || (isIP(host) !== 0 && !isPublicAddress(host))) {
    return `must lead to a public address, and ${host} is none`;
  }
  return undefined;
}

/** The host without the brackets of IPv6 and the full stop of a complete name. Numbers are in their usual form. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function isLocal(host: string): boolean {
  return isIP(host) === 0 ? /^(?:.+\.)?localhost$/i.test(host) : isLoopbackAddress(host);
}
