import type { GenerationRef, Submitted } from '../../domain/activity-args';
import type { ClaimEntry } from '../../storage/claims/claims';

/** What a search at Runway for the task of a lost submit came to. */
export type TaskSearch =
  | ({ readonly kind: 'adopted' } & Submitted)
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly why: string };

/**
 * The place for a proof. Runway lists tasks in one place only: the request log of a Model Router
 * (`GET /v1/routers/{id}/requests`), which could tell *adopted* from *absent* for a create that went through a router.
 * How soon the log shows a create is not measured (`npm run probe` measures it), and until it is, an empty log proves
 * nothing. So today a lost submit stays unknown here, and evidence, policy or a person decides.
 */
export function lookForTask(_generation: GenerationRef, _sent: ClaimEntry): Promise<TaskSearch> {
  return Promise.resolve({ kind: 'unknown', why: 'how soon Runway lists a task is not known yet' });
}
