import { isTerminal } from '../../../contract/reel';
import type { Reel } from '../../../contract/schemas/reel';
import { isAdminClient } from '../../access/auth';
import type { ApiDeps } from '../../deps';
import { createProgressMemory } from './progress-memory';
import type { ReelView } from './reel-view';
import { signPath } from '../../access/signed-url';
import { steadyPhase } from './steady-phase';

export type ToPublicReel = (view: ReelView) => Promise<Reel>;

/** Every field stands there, also one that this reel does not have: none is forgotten. */
type AllFields = { readonly [Field in keyof Required<Reel>]: Reel[Field] };

export function reelPath(id: string): string {
  return `/v1/reels/${id}`;
}

export function videoPath(id: string): string {
  return `${reelPath(id)}/video`;
}

/** Gives a reel its links, in the field order of the contract. */
export function createToPublicReel(deps: ApiDeps): ToPublicReel {
  const { baseUrl, storage, client, settings, temporalUiUrl, now = () => new Date() } = deps;
  const progressOf = createProgressMemory();

  function temporalLink({ run, client: owner }: ReelView): string | undefined {
    // Whoever is shown a reel is its owner.
    if (!run || temporalUiUrl === undefined || !isAdminClient(settings, owner)) return undefined;
    // Without the name of a tab the UI opens the timeline, which reads without the code.
    const parts = [client.options.namespace, 'workflows', run.workflowId, run.runId];
    return `${temporalUiUrl}/namespaces/${parts.map(encodeURIComponent).join('/')}`;
  }

  return async (view) => {
    const base = baseUrl();
    const signed = view.video && base + signPath(await storage.signingKey(), videoPath(view.id), now());
    const temporal = temporalLink(view);
    const progress = progressOf(view);
    // Only what has ended is made again.
    const remadeAs = isTerminal(view.status) ? await storage.readRemakes(view.id) : [];
    const reel: AllFields = {
      id: view.id,
      status: view.status,
      phase: steadyPhase(view.phase, progress),
      simulated: view.simulated,
      warnings: view.warnings,
      progress,
      createdAt: view.createdAt,
      updatedAt: view.updatedAt,
      finishedAt: view.finishedAt,
      request: view.request,
      generations: view.generations,
      waiting: view.waiting,
      decision: view.decision,
      credits: view.credits,
      video: view.video && signed ? { url: signed, checked: 'structure', ...view.video } : undefined,
      failure: view.failure,
      remakeOf: view.remakeOf,
      remadeAs: remadeAs.length > 0 ? remadeAs : undefined,
      links: {
        self: base + reelPath(view.id),
        events: `${base}${reelPath(view.id)}/events`,
        ...(view.video && { video: base + videoPath(view.id) }),
        ...(temporal !== undefined && { temporal }),
      },
    };
    return reel;
  };
}
