// Entry of the workflow bundle: exactly the workflow types.
export { deliverWebhooks } from './deliver-webhooks';
export { generateReel } from './generate-reel';
