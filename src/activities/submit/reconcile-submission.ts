import { log } from '@temporalio/activity';
import type { GenerationRef, ReconcileArgs, Reconciled, Submitted } from '../../domain/activity-args';
import { formatCredits } from '../../contract/money';
import type { Choice } from '../../contract/schemas/reel';
import { entryOf } from '../../runway/failures/error-catalog';
import { failureEnvelope } from '../failure';
import type { ClaimEntry } from '../../database/claims';
import { lastSent, settleClaims, wasFollowed } from './claim-walk';
import type { ActivityDeps } from '../deps';
import { gatherEvidence } from '../settle/gather-evidence';
import { whileBeating } from '../heartbeat';
import { requireOwnBackend } from '../guards/own-backend';
import { storageCall } from '../storage-call';

/**
 * Finds out all that can be found out about a submit whose answer was lost: its claims first (the answer may have come
 * late), then Runway, then evidence for whoever decides. It sends nothing.
 */
export function reconcileSubmission(deps: ActivityDeps, search = lookForTask) {
  return (args: ReconcileArgs): Promise<Reconciled> => {
    requireOwnBackend(deps.backend, args.backend);
    return whileBeating(() => reconcile(deps, args, search));
  };
}

async function reconcile(
  deps: ActivityDeps,
  args: ReconcileArgs,
  search: typeof lookForTask,
): Promise<Reconciled> {
  const { claims } = deps.storage;
  const settled = await storageCall(() => settleClaims(claims, args, args.estimatedCredits));
  if (settled.kind === 'created') return { ...settled, kind: 'adopted' };
  // A refusal that came late is found in the claim by whoever submits again, and ends the generation by its name.
  if (settled.kind === 'not_sent' || settled.failure.code !== 'submit_outcome_unknown')
    return { kind: 'absent' };

  const sent = await storageCall(() => lastSent(claims, args));
  if (sent) {
    const found = await search(args, sent.state.entry);
    const at = new Date().toISOString();
    if (found.kind === 'adopted') {
      await storageCall(() => claims.answer(sent.key, { ...found, kind: 'created', at }));
      return found;
    }
    if (found.kind === 'absent') {
      // The fence must know it too, or it would stop the submit that follows.
      const failure = failureEnvelope(entryOf('not_sent'), { words: 'Runway has no task of this submit' });
      await storageCall(() => claims.answer(sent.key, { kind: 'refused', at, failure }));
      return { kind: 'absent' };
    }
    log.info('the task of a lost submit was not looked up', { generation: args.generation, why: found.why });
  }
  // A second question could make somebody give up a reel whose next generation is paid for already.
  if (await storageCall(() => wasFollowed(claims, args))) return { kind: 'regenerate' };
  const evidence = await gatherEvidence(deps, args, sent?.state.entry);
  return { kind: 'unknown', evidence, choices: choicesFor(args, sent?.state.entry) };
}

function choicesFor({ model, estimatedCredits }: ReconcileArgs, sent: ClaimEntry | undefined): Choice[] {
  const price = formatCredits(estimatedCredits);
  const when = sent ? ` at about ${sent.claimedAt.slice(0, 16).replace('T', ' ')} UTC` : '';
  return [
    {
      action: 'adopt',
      text:
        `Look into the Request History at https://dev.runwayml.com for a task of ${model} that was made${when}. ` +
        'If there is one, send its ID, and the reel is made from it. It costs what it has cost already.',
      atMostCredits: 0,
    },
    {
      action: 'regenerate',
      text:
        `If there is no such task, submit another one, for ${price} at most. ` +
        'Should the first one exist all the same, both are paid.',
      atMostCredits: estimatedCredits,
    },
    {
      action: 'abandon',
      text: `Let the reel fail. Nothing more is spent; up to ${price} may have been charged, and stands as uncertain.`,
      atMostCredits: 0,
    },
  ];
}

/** What a search at Runway for the task of a lost submit came to. */
export type TaskSearch =
  | ({ readonly kind: 'adopted' } & Submitted)
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly why: string };

/**
 * The place for a proof. Runway lists tasks in one place only: the request log of a Model Router
 * (`GET /v1/routers/{id}/requests`), which could tell *adopted* from *absent* for a create that went through a router.
 * How soon the log shows a create is not measured (`npm run probe` measures it), and until it is, an empty log proves
 * nothing. So today a lost submit stays unknown here, and evidence, the policy or a decision settles it.
 */
function lookForTask(_generation: GenerationRef, _sent: ClaimEntry): Promise<TaskSearch> {
  return Promise.resolve({ kind: 'unknown', why: 'how soon Runway lists a task is not known yet' });
}
