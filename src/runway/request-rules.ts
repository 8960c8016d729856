/** What a request for a reel may say: the one check in front of everything that is paid for. */
import { formatCredits } from '../domain/money';
import type { ReelRequest } from '../domain/request';
import { MUSIC_NEGATIVE_LENGTH, MUSIC_PROMPT_LENGTH } from './create-body';
import {
  defaultDuration,
  defaultRatio,
  type Endpoint,
  findModel,
  findSize,
  MODELS,
  type ModelName,
  type ModelRules,
} from './model-table';
import { audioModesOf, DEFAULT_MODEL } from './models';
import { estimateCredits } from './prices';
import { promptImageProblem } from './prompt-image';
import { REQUEST_FIELDS, type RequestFields } from './request-fields';

export { splitDataUri } from './prompt-image';

export interface RequestIssue {
  /** Name of the field; empty for the request as a whole. */
  readonly field: string;
  /** A sentence: what is wrong, and what to write instead. */
  readonly message: string;
}

export type ParsedRequest =
  | { readonly ok: true; readonly request: ReelRequest }
  | { readonly ok: false; readonly issues: RequestIssue[] };

/** A body full of unknown fields must not make an answer of the same size. */
const MAX_UNKNOWN_FIELDS = 20;

/** Fields that decide the price: without them the estimate would be of something else. */
const PRICE_FIELDS = ['model', 'ratio', 'duration', 'audio', 'promptImage'];

type Refuse = (field: string, problem: string) => void;

/**
 * Checks a body of `POST /v1/reels`, or the request that a workflow was started with, and fills in defaults.
 * It never throws, and names every wrong field at once.
 *
 * @param options.storedImages the image was taken out of the request already: `promptImage` may be
 *   `stored:<sha256>.<png|jpg|webp>` and may not be a data URI.
 */
export function parseReelRequest(body: unknown, options: { storedImages?: boolean } = {}): ParsedRequest {
  if (!isObject(body)) {
    const message =
      'The request must be a JSON object, such as {"promptText": "Snow falls on a quiet town"}.';
    return { ok: false, issues: [{ field: '', message }] };
  }
  const issues: RequestIssue[] = [];
  const refuse: Refuse = (field, problem) => issues.push({ field, message: `${field} ${problem}.` });

  const unknown = Object.keys(body).filter((key) => !Object.hasOwn(REQUEST_FIELDS, key));
  for (const key of unknown.slice(0, MAX_UNKNOWN_FIELDS)) {
    const known = Object.keys(REQUEST_FIELDS).join(', ');
    refuse(key.slice(0, 64), `is not a field of a request: remove it. The fields are ${known}`);
  }

  const fields = readFields(body, refuse);
  const sent = (field: keyof ReelRequest) => Object.hasOwn(body, field) && body[field] !== undefined;
  if (!sent('promptText')) refuse('promptText', 'is missing: describe what the video should show');
  if (fields.promptImage !== undefined) {
    const problem = promptImageProblem(fields.promptImage, options.storedImages ?? false);
    if (problem !== undefined) refuse('promptImage', problem);
  }

  const model = sent('model') ? fields.model : DEFAULT_MODEL;
  const rules = model === undefined ? undefined : findModel(model);
  if (model === undefined || !rules) {
    if (model !== undefined) {
      refuse('model', `${quote(model)} is not known: it must be ${or(Object.keys(MODELS))}`);
    }
    return { ok: false, issues };
  }

  const wanted = sent('promptImage') ? 'image_to_video' : 'text_to_video';
  if (!rules.sizes[wanted]) refuseEndpoint(model, wanted, refuse);
  const endpoint = rules.sizes[wanted] ? wanted : other(wanted);
  const request: ReelRequest = {
    ...fields,
    promptText: fields.promptText ?? '',
    model,
    ratio: fields.ratio ?? defaultRatio(rules, endpoint) ?? '',
    duration: fields.duration ?? defaultDuration(rules),
    audio: fields.audio ?? 'none',
  };
  checkAgainstModel(request, rules, endpoint, refuse);
  if (!issues.some(({ field }) => PRICE_FIELDS.includes(field))) checkMaxCredits(request, refuse);
  return issues.length > 0 ? { ok: false, issues } : { ok: true, request };
}

/** The fields that are right by themselves. */
function readFields(body: Record<string, unknown>, refuse: Refuse): RequestFields {
  const fields: Record<string, unknown> = {};
  for (const [field, schema] of Object.entries(REQUEST_FIELDS)) {
    if (!Object.hasOwn(body, field) || body[field] === undefined) continue;
    const parsed = schema.safeParse(body[field]);
    if (parsed.success) fields[field] = parsed.data;
    else refuse(field, parsed.error.issues[0]?.message ?? 'is not right');
  }
  return fields;
}

function refuseEndpoint(model: string, endpoint: Endpoint, refuse: Refuse): void {
  const others = modelsWith((rules) => rules.sizes[endpoint] !== undefined);
  refuse(
    'promptImage',
    endpoint === 'text_to_video'
      ? `is missing: ${model} makes videos from an image only. Send one, or choose another model: ${or(others)}`
      : `is not taken by ${model}: leave it out, or choose another model: ${or(others)}`,
  );
}

function checkAgainstModel(
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

function checkMaxCredits(request: ReelRequest, refuse: Refuse): void {
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

function other(endpoint: Endpoint): Endpoint {
  return endpoint === 'text_to_video' ? 'image_to_video' : 'text_to_video';
}

function or(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function quote(value: string): string {
  return JSON.stringify(value.slice(0, 64));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
