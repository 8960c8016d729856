/** What a request for a reel may say: the one check in front of everything that is paid for. */
import { type ReelRequest, REQUEST_FIELDS, type SentRequest } from '../../contract/schemas/request';
import { planFallbacks } from './fallback-plan';
import {
  checkAgainstModel,
  checkMaxCredits,
  or,
  quote,
  type Refuse,
  refuseEndpoint,
  type RequestIssue,
} from './model-fit';
import { defaultDuration, defaultRatio, type Endpoint, findModel, MODELS } from './model-table';
import { DEFAULT_MODEL } from './models';
import { promptImageProblem } from './prompt-image';
import { withoutNulls } from '../../contract/nulls';
import { cutText } from '../../contract/text';

export type ParsedRequest =
  | { readonly ok: true; readonly request: ReelRequest }
  | { readonly ok: false; readonly issues: RequestIssue[] };

/** A body full of unknown fields must not make an answer of the same size. */
const MAX_UNKNOWN_FIELDS = 20;

/** Fields that decide the price: without them the estimate would be of something else. */
const PRICE_FIELDS = ['model', 'ratio', 'duration', 'audio', 'promptImage'];

/**
 * Checks a body of `POST /v1/reels`, or the request that a workflow was started with, and fills in defaults.
 * It never throws, and names every wrong field at once. A field that is null is absent.
 *
 * @param options.storedImages the image was taken out of the request already: `promptImage` may be
 *   `stored:<sha256>.<png|jpg|webp>` and may not be a data URI.
 */
export function parseReelRequest(sent: unknown, options: { storedImages?: boolean } = {}): ParsedRequest {
  if (!isObject(sent)) {
    const message =
      'The request must be a JSON object, such as {"promptText": "Snow falls on a quiet town"}.';
    return { ok: false, issues: [{ field: '', message }] };
  }
  const issues: RequestIssue[] = [];
  const refuse: Refuse = (field, problem) => issues.push({ field, message: `${field} ${problem}.` });

  const unknown = Object.keys(sent).filter((key) => !Object.hasOwn(REQUEST_FIELDS, key));
  for (const key of unknown.slice(0, MAX_UNKNOWN_FIELDS)) {
    const known = Object.keys(REQUEST_FIELDS).join(', ');
    refuse(cutText(key, 64), `is not a field of a request: remove it. The fields are ${known}`);
  }

  const body = withoutNulls(sent);
  const fields = readFields(body, refuse);
  const given = (field: keyof ReelRequest) => Object.hasOwn(body, field) && body[field] !== undefined;
  if (!given('promptText')) refuse('promptText', 'is missing: describe what the video should show');
  if (fields.promptImage !== undefined) {
    const problem = promptImageProblem(fields.promptImage, options.storedImages ?? false);
    if (problem !== undefined) refuse('promptImage', problem);
  }

  const model = given('model') ? fields.model : DEFAULT_MODEL;
  const rules = model === undefined ? undefined : findModel(model);
  if (model === undefined || !rules) {
    if (model !== undefined) {
      refuse('model', `${quote(model)} is not known: it must be ${or(Object.keys(MODELS))}`);
    }
    return { ok: false, issues };
  }

  const wanted = given('promptImage') ? 'image_to_video' : 'text_to_video';
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
  // A fallback is a change of these settings: it can be judged only when they are right.
  if (issues.length === 0) {
    const planned = planFallbacks(request);
    if (!planned.ok) issues.push(...planned.issues);
  }
  return issues.length > 0 ? { ok: false, issues } : { ok: true, request };
}

/** The fields that are right by themselves. */
function readFields(body: Record<string, unknown>, refuse: Refuse): Partial<SentRequest> {
  const fields: Record<string, unknown> = {};
  for (const [field, { sent: schema }] of Object.entries(REQUEST_FIELDS)) {
    if (!Object.hasOwn(body, field) || body[field] === undefined) continue;
    const parsed = schema.safeParse(body[field]);
    if (parsed.success) fields[field] = parsed.data;
    else refuse(field, parsed.error.issues[0]?.message ?? 'is not right');
  }
  return fields;
}

function other(endpoint: Endpoint): Endpoint {
  return endpoint === 'text_to_video' ? 'image_to_video' : 'text_to_video';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
