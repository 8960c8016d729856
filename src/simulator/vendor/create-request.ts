import { z } from 'zod';
import { type CreateRequest, MODELS, type Size } from './models';

export type Endpoint = 'text_to_video' | 'image_to_video';

export function isEndpoint(name: string): name is Endpoint {
  return Object.hasOwn(schemas, name);
}

export interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

const schemas = { text_to_video: schemaOf('text'), image_to_video: schemaOf('image') };

function schemaOf(side: 'text' | 'image') {
  const options = Object.entries(MODELS).flatMap(([name, model]) => {
    const shape = model[side];
    return shape ? [z.strictObject({ model: z.literal(name), ...shape })] : [];
  });
  const [first, ...rest] = options;
  if (!first) throw new Error(`no model has ${side} to video`);
  return z.discriminatedUnion('model', [first, ...rest]);
}

/** Checks a body as Runway does: one issue for each wrong or unknown field. */
export function parseCreateRequest(
  endpoint: Endpoint,
  body: unknown,
): { request: CreateRequest } | { issues: Issue[] } {
  const parsed = schemas[endpoint].safeParse(body);
  if (!parsed.success) return { issues: parsed.error.issues as Issue[] };
  const request = parsed.data as CreateRequest;
  const message = MODELS[request.model]?.ratioProblem?.(request);
  return message === undefined ? { request } : { issues: [{ code: 'custom', path: ['ratio'], message }] };
}

/** What a request will cost and give. */
export interface Quote {
  readonly credits: number;
  readonly hasAudio: boolean;
  readonly width: number;
  readonly height: number;
}

export function quote(request: CreateRequest): Quote {
  const model = MODELS[request.model];
  if (!model) throw new Error(`unknown model ${request.model}`);
  const size = sizeOf(request) ?? model.defaultSize;
  const hasAudio =
    model.sound === 'always' || (model.sound !== 'never' && (request.audio ?? model.sound === 'default_on'));
  const seconds =
    request.duration === 'auto' ? model.longestSeconds : (request.duration ?? model.defaultSeconds);
  // Rates have one decimal: 6.8 × 5 must not become 34.000000000000004, and so 35 credits.
  const credits = Math.ceil(Math.round(model.creditsPerSecond(size, hasAudio) * seconds * 10) / 10);
  return { credits: Math.max(credits, model.leastCredits ?? 0), hasAudio, ...pixels(request, size) };
}

const RESOLUTIONS: Readonly<Record<string, Size>> = {
  '480p': '480p',
  '720p': '720p',
  '768p': '720p',
  '1080p': '1080p',
  '2k': '1080p',
};

/** The size class, from `resolution` or from the pixels of `ratio`. */
function sizeOf({ ratio, resolution }: CreateRequest): Size | undefined {
  const named = RESOLUTIONS[(resolution ?? ratio?.replace(/^auto_/, ''))?.toLowerCase() ?? ''];
  if (named) return named;
  const [width = 0, height = 0] = sides(ratio);
  const area = width * height;
  if (area < 10_000) return undefined;
  return area < 500_000 ? '480p' : area < 1_000_000 ? '720p' : area < 2_500_000 ? '1080p' : '4k';
}

function pixels(request: CreateRequest, size: Size): { width: number; height: number } {
  const [x = 16, y = 9] = sides(request.ratio);
  if (x * y >= 10_000) return { width: x, height: y };
  const short = { '480p': 480, '720p': 720, '1080p': 1080, '4k': 2160 }[size];
  return x < y ? { width: short, height: (short * 16) / 9 } : { width: (short * 16) / 9, height: short };
}

function sides(ratio: string | undefined): number[] {
  return ratio !== undefined && /^\d+:\d+$/.test(ratio) ? ratio.split(':').map(Number) : [];
}
