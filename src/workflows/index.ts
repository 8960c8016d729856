// Entry of the workflow bundle: exactly the workflow types.
export { deliverWebhooks } from './webhooks/deliver-webhooks';
export { eraseReel } from './erase-reel';
export { generateReel } from './generate-reel';
export { sweepReels } from './sweep-reels';
