import { createSession, deleteSession, getSession } from './access/session';
import { explainError, listErrors } from './catalog/errors';
import { listModels } from './catalog/models';
import { isAlive, isReady } from './health/health';
import { getMetrics } from './health/metrics';
import type { Route } from './http/route';
import { generateReel, getLegacyStatus } from './legacy/routes';
import { getContract } from './openapi/openapi-route';
import { getDocs } from './pages/docs-page';
import { cancelReel } from './reels/cancel-reel';
import { deleteReel } from './reels/delete-reel';
import { listReels } from './reels/list/list-reels';
import { createReel } from './reels/order/create-reel';
import { estimateReel } from './reels/order/estimate';
import { remakeReel } from './reels/order/remake';
import { resolveReel } from './reels/resolve-reel';
import { getSupportPacket } from './reels/support-packet';
import { getVideo } from './reels/video';
import { getReel } from './reels/view/get-reel';
import { followReel } from './reels/watch/events';
import { getAccount } from './usage/account';
import { getUsage } from './usage/usage';
import { redeliverWebhook } from './webhooks/redeliver';

/** Every call of the API, in the order of the contract. */
export const ROUTES: readonly Route[] = [
  createReel,
  listReels,
  getReel,
  followReel,
  deleteReel,
  cancelReel,
  resolveReel,
  remakeReel,
  getVideo,
  redeliverWebhook,
  getSupportPacket,
  estimateReel,
  listErrors,
  explainError,
  listModels,
  getAccount,
  getUsage,
  getSession,
  createSession,
  deleteSession,
  isAlive,
  isReady,
  getMetrics,
  getContract,
  getDocs,
  getLegacyStatus,
  generateReel,
];
