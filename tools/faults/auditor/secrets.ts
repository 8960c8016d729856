/** Planted in every run, and looked for everywhere afterwards. */
export const SECRETS = {
  apiKey: 'canary-api-key-0123456789abcdef',
  strangersKey: 'canary-strangers-key-0123456789ab',
  webhook: `whsec_${Buffer.from('canary-webhook-secret-0123456789').toString('base64')}`,
} as const;

/** The client that the API key belongs to. */
export const CLIENT = 'site';
export const STRANGER = 'shop';
