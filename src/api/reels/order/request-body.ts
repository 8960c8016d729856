/** The body of `POST /v1/reels`: the schemas that check it, with what people need to know. */
import { z } from 'zod';
import { MODELS } from '../../../runway/models/models';
import { REQUEST_FIELDS as FIELDS } from '../../../runway/models/request-fields';

const LONGEST_PROMPT = Math.max(...Object.values(MODELS).map(({ promptMax }) => promptMax));

export const requestBody = z
  .strictObject({
    promptText: FIELDS.promptText.meta({
      description: 'What the video should show. Refused, not cut, when it is longer than the model takes.',
      override: { minLength: 1, maxLength: LONGEST_PROMPT },
    }),
    promptImage: FIELDS.promptImage
      .meta({
        description:
          'The first frame: an https URL, a `runway://` upload, or a data URI of a PNG, JPEG or WebP image.',
      })
      .nullish(),
    model: FIELDS.model
      .meta({
        description: 'One of `GET /v1/models`, which lists what each can do and what it costs.',
        override: { enum: Object.keys(MODELS), default: 'veo3.1_fast' },
      })
      .nullish(),
    ratio: FIELDS.ratio
      .meta({
        description: 'Width and height, as `GET /v1/models` lists them. Without it: vertical.',
        example: '720:1280',
      })
      .nullish(),
    duration: FIELDS.duration
      .meta({
        description:
          'Seconds, as `GET /v1/models` lists them. Without it: 8, or the closest that the model has.',
        example: 8,
      })
      .nullish(),
    audio: FIELDS.audio.meta({ description: '`none` is cheaper.', override: { default: 'none' } }).nullish(),
    negativePrompt: FIELDS.negativePrompt
      .meta({ description: 'What the video should not show, where the model takes it.' })
      .nullish(),
    seed: FIELDS.seed.meta({ description: 'Where the model takes it.' }).nullish(),
    fallbacks: FIELDS.fallbacks
      .meta({
        description:
          'What may be changed when these settings keep failing, in this order, each on top of those before: `no_audio`, ' +
          '`shorter_prompt`, `model:<name>`, `wait`. Without it nothing that you asked for is changed.',
        override: { uniqueItems: true },
      })
      .nullish(),
    onLostAnswer: FIELDS.onLostAnswer
      .meta({
        description:
          'When the answer to a paid request is lost: `ask` you, or `submit_again`, which may pay twice. Without it: ' +
          'as the service is set up.',
      })
      .nullish(),
    maxCredits: FIELDS.maxCredits
      .meta({
        description:
          'The most that all generations and fallbacks may cost together. Without it: four times the estimate, or as ' +
          'the service is set up.',
      })
      .nullish(),
    deadline: FIELDS.deadline
      .meta({
        description:
          'How long the reel may take, from `1m` to `30d`; with the fallback `wait`, longer than that waits.',
        example: '48h',
        override: { pattern: '^\\s*\\d{1,9}(ms|s|m|h|d)\\s*$' },
      })
      .nullish(),
    webhookUrl: FIELDS.webhookUrl
      .meta({
        description: 'Where to POST when the reel ends or needs a decision.',
        example: 'https://example.org/hooks/reels',
        override: { format: 'uri', maxLength: 2000 },
      })
      .nullish(),
    title: FIELDS.title
      .meta({
        description: 'One line, shown everywhere. It names the downloaded file.',
        override: { minLength: 1 },
      })
      .nullish(),
    date: FIELDS.date
      .meta({ description: 'Day of the event.', example: '2025-12-06', override: { format: 'date' } })
      .nullish(),
    metadata: FIELDS.metadata
      .meta({
        description:
          'Pairs of text of your own: 16 at most, names of 64 characters and values of 512, each with something to see.',
        override: {
          type: 'object',
          maxProperties: 16,
          propertyNames: { minLength: 1, maxLength: 64 },
          additionalProperties: { type: ['string', 'null'], minLength: 1, maxLength: 512 },
        },
      })
      .nullish(),
  })
  .meta({
    id: 'NewReel',
    description: 'A field that is null is as if it were absent.',
  }) satisfies z.ZodObject<Record<keyof typeof FIELDS, z.ZodType>>;
