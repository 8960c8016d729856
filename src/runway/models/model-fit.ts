/** What a request may say depends on its model: the sizes, the seconds, the sound, the length of the prompts. */
import { formatCredits } from '../../contract/money';
import type { ReelRequest } from '../../contract/schemas/request';
import { MUSIC_NEGATIVE_LENGTH, MUSIC_PROMPT_LENGTH } from '../calls/create-body';
import { type Endpoint, findSize, MODELS, type ModelName, type ModelRules } from './model-table';
import { audioModesOf } from './models';
import { estimateCredits } from './prices';
import { cutText } from '../../contract/text';

export interface RequestIssue {
  /** Name of the field; empty for the request as a whole. */
  readonly field: string;
  /** A sentence: what is wrong, and what to write instead. */
  readonly message: string;
}

/** Called with a field, and the end of a sentence that begins with its name. */
export type Refuse = (field: string, problem: string) => void;

export function refuseEndpoint(model: string, endpoint: Endpoint, refuse: Refuse): void {
  const others = modelsWith((rules) => rules.sizes[endpoint] !== undefined);
  refuse(
    'promptImage',
    endpoint === 'text_to_video'
      ? `is missing: ${model} makes videos from an image only. Send one, or choose another model: ${or(others)}`
      : `is not taken by ${model}: leave it out, or choose another model: ${or(others)}`,
  );
}

/** Holds every field against the model; `endpoint` is one that it has. */
export function checkAgainstModel(
  request: ReelRequest,
  rules: ModelRules,
  endpoint: Endpoint,
  refuse: Refuse,
): void {
  const { model, ratio, duration, audio, promptText, negativePrompt, seed } = request;
  if (!findSize(rules, endpoint, ratio)) {
    const choices = or(Object.keys(rules.sizes[endpoint] ?? {}));
    const from = endpoint === 'image_to_video' ? ' from an image' : '';
    refuse('ratio', `${quote(ratio)} is not what ${model} makes${from}: it must be ${choices}`);
  }
  if (!rules.durations.includes(duration)) {
    refuse('duration', `must be ${describeDurations(rules)} for ${model}, and is ${duration}`);
  }
  if (!audioModesOf(rules).includes(audio)) {
    const others = modelsWith((r) => r.audio !== 'none');
    refuse('audio', `must be none for ${model}, which makes silent videos. With sound: ${or(others)}`);
  }

  const music = audio === 'music' && rules.audio !== 'none';
  checkLength('promptText', promptText, model, rules.promptMax, music ? MUSIC_PROMPT_LENGTH : 0, refuse);
  if (negativePrompt !== undefined) {
    const max = rules.negativePromptMax;
    if (max === undefined) {
      const others = modelsWith((r) => r.negativePromptMax !== undefined);
      refuse('negativePrompt', `is not taken by ${model}: leave it out, or choose ${or(others)}`);
    } else {
      checkLength('negativePrompt', negativePrompt, model, max, music ? MUSIC_NEGATIVE_LENGTH : 0, refuse);
    }
  }
  if (seed !== undefined && !rules.seed) {
    refuse('seed', `is not taken by ${model}: leave it out, or choose ${or(modelsWith((r) => r.seed))}`);
  }
}

/** @param reserved units of the limit that the service needs for words of its own. */
function checkLength(
  field: string,
  value: string,
  model: string,
  limit: number,
  reserved: number,
  refuse: Refuse,
): void {
  const allowed = limit - reserved;
  if (value.length <= allowed) return;
  const units = /[\u{10000}-\u{10ffff}]/u.test(value) ? ' (an emoji counts as 2 or more)' : '';
  const why = reserved > 0 ? `${limit}, and the request for music needs ${reserved} of them` : `${limit}`;
  refuse(
    field,
    `is ${value.length} characters long${units}, and ${allowed} are allowed (${model} takes ${why}): ` +
      `shorten it by ${value.length - allowed}`,
  );
}

/** One generation must fit into what the caller allows. */
export function checkMaxCredits(request: ReelRequest, refuse: Refuse): void {
  if (request.maxCredits === undefined) return;
  const estimate = estimateCredits(request);
  if (request.maxCredits >= estimate) return;
  refuse(
    'maxCredits',
    `must be at least ${estimate}: one generation of this reel may cost ${formatCredits(estimate)}, ` +
      `and ${formatCredits(request.maxCredits)} were allowed`,
  );
}

function describeDurations({ durations }: ModelRules): string {
  const [least = 0] = durations;
  const most = durations.at(-1) ?? least;
  const isRange = durations.length === most - least + 1;
  return isRange
    ? `a whole number of seconds between ${least} and ${most}`
    : `${or(durations.map(String))} seconds`;
}

function modelsWith(property: (rules: ModelRules) => boolean): string[] {
  return (Object.keys(MODELS) as ModelName[]).filter((name) => property(MODELS[name]));
}

export function or(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

export function quote(value: string): string {
  return JSON.stringify(cutText(value, 64));
}
