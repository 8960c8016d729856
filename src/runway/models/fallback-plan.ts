/** The settings that a reel goes through when its own keep failing: one step for each fallback that the caller allows. */
import { formatDuration } from '../../contract/duration';
import type { FallbackStep } from '../../domain/generate-reel';
import type { Fallback, ReelRequest } from '../../contract/schemas/request';
import { checkAgainstModel, checkMaxCredits, or, type RequestIssue } from './model-fit';
import { endpointOf, findModel, findSize, MODELS, type ModelName } from './model-table';
import { estimateCredits } from './prices';
import { shortenPrompt } from './shorten-prompt';
import { translateToModel } from './translate-to-model';

export type PlannedFallbacks =
  | { readonly ok: true; readonly plan: FallbackStep[] }
  /** A fallback that cannot be, with the reason. */
  | { readonly ok: false; readonly issues: RequestIssue[] };

/** What was changed so far. Kept apart from the request, so that a second model starts from the caller's settings. */
type Changes = ReadonlyMap<ChangeKind, string>;
type ChangeKind = 'audio' | 'prompt' | 'model';

/**
 * Plans all steps of a request whose own settings are right: the caller's own first, then each fallback on top of
 * those before it. Pure, and the same for the same request.
 *
 * @param fallbackWaitMs how long `wait` waits. What is only checked needs none.
 */
export function planFallbacks(request: ReelRequest, fallbackWaitMs = 0): PlannedFallbacks {
  const issues: RequestIssue[] = [];
  const plan: FallbackStep[] = [{ request, changes: [], estimatedCredits: estimateCredits(request) }];
  let changes: Changes = new Map();
  for (const fallback of request.fallbacks ?? []) {
    const last = plan.at(-1)?.request ?? request;
    const step = take(fallback, request, last, changes);
    if (typeof step === 'string') {
      issues.push({
        field: 'fallbacks',
        message: `fallbacks has ${JSON.stringify(fallback)}, which ${step}.`,
      });
      continue;
    }
    changes = step.changes;
    const waitMs = fallback === 'wait' ? fallbackWaitMs : undefined;
    plan.push({
      request: step.request,
      changes: [
        ...changes.values(),
        ...(waitMs === undefined ? [] : [`after a wait of ${formatDuration(waitMs)}`]),
      ],
      estimatedCredits: estimateCredits(step.request),
      ...(waitMs === undefined ? {} : { waitMs }),
    });
  }
  return issues.length > 0 ? { ok: false, issues } : { ok: true, plan };
}

type Step = { readonly request: ReelRequest; readonly changes: Changes };

/** @returns the next step, or why it cannot be, as the end of a sentence. */
function take(fallback: Fallback, own: ReelRequest, last: ReelRequest, changes: Changes): Step | string {
  switch (fallback) {
    case 'wait':
      return checked(own, last, changes);
    case 'no_audio':
      if (last.audio === 'none') return 'changes nothing: there is no audio to leave out by then';
      if (findModel(last.model)?.audio === 'always')
        return `cannot be: ${last.model} always makes a sound track`;
      return checked(own, { ...last, audio: 'none' }, withChange(changes, 'audio', 'no audio'));
    case 'shorter_prompt': {
      const promptText = shortenPrompt(last.promptText);
      if (promptText === undefined) return 'cannot be: the prompt is too short to be shortened';
      const words = `prompt shortened to ${promptText.length} characters`;
      return checked(own, { ...last, promptText }, withChange(changes, 'prompt', words));
    }
    default:
      return takeModel(modelOf(fallback), own, last, changes);
  }
}

/** Takes no other fallback: a new one needs a case of its own. */
function modelOf(fallback: `model:${string}`): string {
  return fallback.slice('model:'.length);
}

function takeModel(model: string, own: ReelRequest, last: ReelRequest, changes: Changes): Step | string {
  if (!findModel(model)) return `is not known: the models are ${or(Object.keys(MODELS))}`;
  if (model === last.model) return 'changes nothing: the reel is made with that model by then';
  const audio = changes.has('audio') ? 'none' : own.audio;
  const translated = translateToModel({ ...own, promptText: last.promptText, audio }, model as ModelName);
  if (!translated.ok) return `cannot be: ${translated.reason}`;
  const { duration, ratio } = translated.request;
  const words = [`model ${model}`, `${duration} s`, ratio, ...translated.dropped].join(', ');
  return checked(own, translated.request, withChange(changes, 'model', words));
}

/** Every step would be accepted as a request of its own. */
function checked(
  own: ReelRequest,
  { fallbacks: _, ...request }: ReelRequest,
  changes: Changes,
): Step | string {
  const problems: string[] = [];
  const refuse = (field: string, problem: string) => problems.push(`${field} ${problem}`);
  const rules = findModel(request.model);
  const endpoint = endpointOf(request);
  if (rules) checkAgainstModel(request, rules, endpoint, refuse);
  if (problems.length === 0 && rules && findSize(rules, endpoint, request.ratio)) {
    checkMaxCredits({ ...request, maxCredits: own.maxCredits }, refuse);
  }
  return problems.length > 0 ? `cannot be: ${problems.join('; ')}` : { request, changes };
}

/** The latest change stands last; a second model takes the place of the first. */
function withChange(changes: Changes, kind: ChangeKind, words: string): Changes {
  const next = new Map(changes);
  next.delete(kind);
  return next.set(kind, words);
}
