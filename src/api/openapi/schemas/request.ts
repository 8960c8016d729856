import { z } from 'zod';
import { AUDIO_MODES, ON_LOST_ANSWER, type ReelRequest } from '../../../contract/request';
import { fallback } from '../../../runway/models/request-fields';
import { schemaOf } from '../schema-of';
import { credits, day } from './values';

/** The request as it stands on a reel: with defaults, and with `stored:…` in place of an image that was sent inside it. */
export const request = schemaOf<ReelRequest>()(
  z.strictObject({
    promptText: z.string(),
    promptImage: z.string().optional().describe('`stored:…`: the image came inside the request.'),
    model: z.string(),
    ratio: z.string(),
    duration: z.number().describe('Seconds.'),
    audio: z.enum(AUDIO_MODES),
    negativePrompt: z.string().optional(),
    seed: z.number().optional(),
    fallbacks: z.array(fallback).optional(),
    onLostAnswer: z.enum(ON_LOST_ANSWER).optional(),
    maxCredits: credits.optional(),
    deadline: z.string().optional(),
    webhookUrl: z.string().optional(),
    title: z.string().optional(),
    date: day.optional(),
    metadata: z.record(z.string(), z.string()).optional(),
  }),
).meta({ id: 'Request', description: 'What was asked for, with defaults filled in.' });
