import { GENERATE_REEL } from '../domain/generate-reel';
import { ERASE_REEL, SWEEP_REELS } from '../domain/tombstone';
import { DELIVER_WEBHOOKS } from '../domain/webhook';
import { acceptReel } from './accept/accept-reel';
import { adoptTask } from './submit/adopt-task';
import { awaitGeneration } from './await/await-generation';
import { cancelGeneration } from './settle/cancel-generation';
import { deleteOutputs } from './store/delete-outputs';
import type { ActivityDeps } from './deps';
import { diagnose } from './settle/diagnose';
import { enqueueWebhook } from './webhooks/enqueue-webhook';
import { eraseReel } from './erase/erase-reel';
import { findExpired } from './erase/find-expired';
import { findFinishedTask } from './submit/find-finished-task';
import { type Caller, onlyForOwnWorkflows } from './guards/own-workflow';
import { reconcileSubmission } from './submit/reconcile-submission';
import { recordReel } from './finish/record-reel';
import { sendWebhook } from './webhooks/send-webhook';
import { settleSubmission } from './submit/settle-submission';
import { storeOutput } from './store/store-output';
import { submitGeneration } from './submit/submit-generation';

/** The one workflow type that may call each activity: it is refused to any other caller. */
const CALLERS = {
  acceptReel: { type: GENERATE_REEL },
  submitGeneration: { type: GENERATE_REEL, reel: 'reelId' },
  settleSubmission: { type: GENERATE_REEL, reel: 'reelId' },
  reconcileSubmission: { type: GENERATE_REEL, reel: 'reelId' },
  adoptTask: { type: GENERATE_REEL, reel: 'reelId' },
  awaitGeneration: { type: GENERATE_REEL, reel: 'reelId', task: true },
  diagnose: { type: GENERATE_REEL },
  storeOutput: { type: GENERATE_REEL, reel: 'reelId', task: true },
  findFinishedTask: { type: GENERATE_REEL, reel: 'reelId' },
  cancelGeneration: { type: GENERATE_REEL, reel: 'reelId', task: true },
  recordReel: { type: GENERATE_REEL, reel: 'record' },
  enqueueWebhook: { type: GENERATE_REEL, reel: 'head' },
  sendWebhook: { type: DELIVER_WEBHOOKS, reel: 'receiver' },
  eraseReel: { type: ERASE_REEL, reel: 'tombstone' },
  deleteOutputs: { type: ERASE_REEL, reel: 'tombstone' },
  findExpired: { type: SWEEP_REELS },
} as const satisfies Record<string, Caller>;

/** All activities, by the names under which the workflow calls them. */
export function createActivities(deps: ActivityDeps) {
  const activities = {
    acceptReel: acceptReel(deps),
    submitGeneration: submitGeneration(deps),
    settleSubmission: settleSubmission(deps),
    reconcileSubmission: reconcileSubmission(deps),
    adoptTask: adoptTask(deps),
    awaitGeneration: awaitGeneration(deps),
    diagnose: diagnose(deps),
    storeOutput: storeOutput(deps),
    findFinishedTask: findFinishedTask(deps),
    cancelGeneration: cancelGeneration(deps),
    recordReel: recordReel(deps),
    enqueueWebhook: enqueueWebhook(deps),
    sendWebhook: sendWebhook(deps),
    eraseReel: eraseReel(deps),
    deleteOutputs: deleteOutputs(deps),
    findExpired: findExpired(deps),
  };
  return onlyForOwnWorkflows(deps, activities, CALLERS);
}

export type Activities = ReturnType<typeof createActivities>;
