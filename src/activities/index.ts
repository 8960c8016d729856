import { acceptReel } from './accept-reel';
import { adoptTask } from './adopt-task';
import { awaitGeneration } from './await-generation';
import { cancelGeneration } from './cancel-generation';
import { deleteOutputs } from './delete-outputs';
import type { ActivityDeps } from './deps';
import { diagnose } from './diagnose';
import { enqueueWebhook } from './enqueue-webhook';
import { eraseReel } from './erase-reel';
import { findExpired } from './find-expired';
import { reconcileSubmission } from './reconcile-submission';
import { recordReel } from './record-reel';
import { sendWebhook } from './send-webhook';
import { settleSubmission } from './settle-submission';
import { storeOutput } from './store-output';
import { submitGeneration } from './submit-generation';

/** All activities, by the names under which the workflow calls them. */
export function createActivities(deps: ActivityDeps) {
  return {
    acceptReel: acceptReel(deps),
    submitGeneration: submitGeneration(deps),
    settleSubmission: settleSubmission(deps),
    reconcileSubmission: reconcileSubmission(deps),
    adoptTask: adoptTask(deps),
    awaitGeneration: awaitGeneration(deps),
    diagnose: diagnose(deps),
    storeOutput: storeOutput(deps),
    cancelGeneration: cancelGeneration(deps),
    recordReel: recordReel(deps),
    enqueueWebhook: enqueueWebhook(deps),
    sendWebhook: sendWebhook(deps),
    eraseReel: eraseReel(deps),
    deleteOutputs: deleteOutputs(deps),
    findExpired: findExpired(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;
