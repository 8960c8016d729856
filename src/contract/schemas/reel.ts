/** A reel, as `GET /v1/reels/{id}` answers it, and its parts. */
import { z } from 'zod';
import { REEL_STATUSES, RESOLVE_ACTIONS } from '../reel';
import { REELS } from './examples';
import { failure } from './failure';
import { accountFinding, evidence, serviceFinding } from './findings';
import { request } from './request';
import { count, credits, reelId, type Shape, time } from './values';

export const generation = z
  .strictObject({
    number: z.int().min(1),
    model: z.string(),
    changes: z
      .array(z.string())
      .describe('What differs from your request, in words; empty for your own settings.'),
    promptText: z
      .string()
      .optional()
      .describe(
        'The prompt of this generation, where a fallback changed it. With `audio: music` the service sends a line ' +
          'more, which is not shown here: `Sound: instrumental background music only, no voices, no speech, no ' +
          'singing.` Where the model takes a negative prompt, `voices, speech, dialogue, singing` are added to it.',
      ),
    runwayTaskId: z
      .string()
      .optional()
      .describe("ID of the task at Runway, which Runway's support calls Operation ID."),
    requestId: z
      .string()
      .optional()
      .describe("Runway's ID of the paid HTTP request, for its support, where an answer told it."),
    status: z.enum(['submitting', 'submitted', 'succeeded', 'failed', 'cancelled', 'uncertain']),
    failureCode: z.string().optional().describe("Runway's own code, such as `INTERNAL`."),
    failure: z.string().optional().describe("Runway's own words."),
    estimatedCredits: credits.describe('The most that Runway may charge.'),
    credits: credits.optional().describe('What Runway charged. Missing while it is not known.'),
    startedAt: time,
    endedAt: time.optional(),
  })
  .meta({ id: 'Generation', description: 'One paid request to Runway.' });
export type Generation = Shape<typeof generation>;
export type GenerationStatus = Generation['status'];

const waiting = z
  .strictObject({
    for: z.string().describe('In words: `Retrying due to internal error (1/3)`.'),
    number: count.optional(),
    limit: count.optional(),
    nextAt: time.optional(),
    account: accountFinding.optional(),
    service: serviceFinding.optional(),
  })
  .meta({ id: 'Waiting', description: 'What the reel waits for at the moment.' });
export type Waiting = Shape<typeof waiting>;

const choice = z.strictObject({
  action: z.enum(RESOLVE_ACTIONS),
  text: z.string().describe('What it does, and where to look first.'),
  atMostCredits: credits.describe('The most it may cost beyond what is charged already.'),
});
export type Choice = Shape<typeof choice>;

const decision = z
  .strictObject({
    about: z
      .enum(['lost_answer', 'output'])
      .optional()
      .describe(
        '`lost_answer`, also when absent: a paid request without an answer. `output`: a finished video that cannot be fetched.',
      ),
    generation: z.int().min(1),
    since: time,
    until: time.describe('Without a decision the reel fails then.'),
    evidence: evidence
      .optional()
      .describe(
        'Of a lost answer: what was found out. For admins, since it tells what the whole account does.',
      ),
    problem: z.string().optional().describe('Of an output: why it could not be fetched at the last try.'),
    choices: z.array(choice),
  })
  .meta({
    id: 'Decision',
    description:
      'What becomes of the reel is for you to say: the answer to a paid request was lost, or a finished video cannot be fetched.',
  });
export type Decision = Shape<typeof decision>;

const runwayTaskId = z
  .string('must be the Operation ID of the task')
  .regex(/^[\w-]{1,100}$/, 'must be an Operation ID, such as 695f1a48-dd9f-4a7c-9d5e-0c1f3a1b2c3d');

/** The body of `POST /v1/reels/{id}/resolve`. */
export const resolution = z
  .strictObject({
    action: z.enum(RESOLVE_ACTIONS, `must be one of ${RESOLVE_ACTIONS.join(', ')}`),
    runwayTaskId: runwayTaskId.nullish().transform((id) => id ?? undefined),
  })
  .refine(({ action, runwayTaskId: id }) => (action === 'adopt') === (id !== undefined), {
    path: ['runwayTaskId'],
    message: 'belongs to adopt, which needs it, and to no other action',
  });
export type Resolution = Shape<typeof resolution>;

export const video = z
  .strictObject({
    url: z
      .url()
      .describe('Works for 24 hours without a key, also in a `<video>` element. Each GET renews it.'),
    checked: z
      .enum(['decoded', 'structure'])
      .describe(
        '`decoded`: every frame was decoded. `structure`: only how the file is put together was looked at.',
      ),
    bytes: z.int().min(1),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    contentType: z.string(),
    width: count,
    height: count,
    durationSeconds: z.number().min(0),
    hasAudio: z.boolean(),
  })
  .meta({
    id: 'Video',
    description:
      'The stored file: complete, and checked to be playable. Of a reel that failed as `output_not_playable`: complete.',
  });
export type Video = Shape<typeof video>;
export type VideoChecked = Video['checked'];

/** The video as it is recorded; `checked` is absent in what release 0.1.0 wrote, which looked at the structure. */
export const storedVideo = video.omit({ url: true }).partial({ checked: true });
export type StoredVideo = Shape<typeof storedVideo>;

const creditSums = z.strictObject({
  estimated: credits.describe('The most that one generation with your settings costs.'),
  charged: credits.describe('Sum of what Runway said it charged.'),
  uncertain: credits.describe('May have been charged as well, but could not be read.'),
});
export type Credits = Shape<typeof creditSums>;

const phase = z.enum([
  'submitting',
  /** Runway: THROTTLED. */
  'waiting_for_slot',
  /** Runway: PENDING. */
  'queued_at_runway',
  'running',
  'waiting_to_retry',
  'waiting_for_runway',
  'waiting_for_quota',
  'waiting_for_access',
  'waiting_for_fallback',
  'storing',
  'done',
]);
export type Phase = Shape<typeof phase>;

export const reel = z
  .strictObject({
    id: reelId,
    status: z
      .enum(REEL_STATUSES)
      .describe('`succeeded`, `failed` and `cancelled` are ends. `needs_decision` waits for you.'),
    phase,
    simulated: z
      .boolean()
      .describe('Made by the simulator: a practice clip, not made by AI, nothing charged.'),
    warnings: z.array(z.string()).describe('What differs from your request, in words.'),
    progress: z
      .number()
      .min(0)
      .max(1)
      .describe('Of the latest generation: 1 when it is made, 0 when it ended otherwise.'),
    createdAt: time,
    updatedAt: time,
    finishedAt: time.optional(),
    request,
    generations: z.array(generation),
    waiting: waiting.optional(),
    decision: decision.optional(),
    credits: creditSums,
    video: video.optional(),
    failure: failure.optional(),
    remakeOf: reelId.optional().describe('The reel that this one was made again from.'),
    remadeAs: z.array(reelId).optional().describe('The reels that were made again from this one.'),
    links: z.strictObject({
      self: z.url(),
      events: z.url(),
      video: z.url().optional(),
      temporal: z.url().optional().describe("The reel's page in Temporal's UI."),
    }),
  })
  .meta({
    id: 'Reel',
    description: 'What becomes of one request.',
    examples: [REELS.succeeded.value],
  });
export type Reel = Shape<typeof reel>;

export const reelPage = z
  .strictObject({
    reels: z.array(reel),
    nextCursor: z
      .string()
      .nullable()
      .describe('Send it as `cursor` for the next page; null on the last one.'),
  })
  .meta({ id: 'ReelPage' });
export type ReelPage = Shape<typeof reelPage>;

/** One of the server-sent events. */
export const reelEvent = z
  .strictObject({
    event: z.literal('reel'),
    id: z.string().describe('For `Last-Event-ID`.'),
    data: z.string().meta({ description: 'The reel, as JSON.', contentMediaType: 'application/json' }),
  })
  .meta({ id: 'ReelEvent' });
