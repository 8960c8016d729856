import { isTerminal } from '../../../contract/reel';
import type { Phase, Reel } from '../../../contract/schemas/reel';
import { isAdminClient } from '../../access/auth';
import type { ApiDeps } from '../../deps';
import { workflowsPage } from '../../../platform/temporal/settings';
import type { ReelView } from './reel-view';
import { signPath } from '../../access/signed-url';

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
    // To the timeline, which reads without the code.
    return workflowsPage(temporalUiUrl, client.options.namespace, run);
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

/**
 * The phase as people see it. Between the end of a task and the step after it, nothing in Temporal tells that the task
 * has run, and the reel reads as if it were in line again; its progress in this generation tells better.
 */
export function steadyPhase(phase: Phase, progress: number): Phase {
  return phase === 'queued_at_runway' && progress > 0 ? 'running' : phase;
}

/** Reels whose progress is remembered; the oldest is forgotten first. */
const CAPACITY = 10_000;

type Seen = Pick<ReelView, 'id' | 'generations' | 'progress'>;

/**
 * How far the latest generation is: 1 when it is made, 0 when it ended otherwise, so that every process says the same of
 * it, also after a restart. While it is under way, what people see is kept from falling: between two of its activities
 * nothing in Temporal tells how far it is, and heartbeat details may be older than what was shown before.
 */
export function createProgressMemory(): (view: Seen) => number {
  const seen = new Map<string, { generation: number; progress: number }>();
  return ({ id, generations, progress = 0 }) => {
    const last = seen.get(id);
    seen.delete(id);
    const { number: generation = 0, status = 'submitting' } = generations.at(-1) ?? {};
    if (progress === 1 || status === 'succeeded') return 1;
    if (status !== 'submitting' && status !== 'submitted') return 0;
    const highest = last?.generation === generation ? Math.max(last.progress, progress) : progress;
    if (highest > 0) seen.set(id, { generation, progress: highest });
    const [oldest] = seen.size > CAPACITY ? seen.keys() : [];
    if (oldest !== undefined) seen.delete(oldest);
    return highest;
  };
}
