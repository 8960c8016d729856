import { legacyBody } from '../../legacy/read-order';
import { json, type Operation, type OperationKey } from '../operation';
import { legacyFailure, legacyStatus, legacySuccess } from '../schemas/legacy';

export const legacyOperations = {
  'GET /api/generate-reel': {
    id: 'getLegacyStatus',
    tag: 'Old front end',
    summary: 'Whether the service is there',
    access: 'key',
    answers: { 200: json('It is.', legacyStatus) },
    refusal: legacyFailure,
  },
  'POST /api/generate-reel': {
    id: 'generateReel',
    tag: 'Old front end',
    summary: 'Make a vertical reel, and wait for it',
    text:
      'For the application that this service replaces; new programs use `POST /v1/reels`. The answer comes when the ' +
      'reel has ended, or after five minutes. The same body again joins a reel that is not done.',
    access: 'key',
    body: {
      schema: legacyBody,
      examples: {
        event: {
          value: {
            prompt: 'Paper lanterns rise over a snowy village street at dusk',
            event: { title: 'Lantern Night', start_utc: '2025-12-06T18:00:00Z', location: 'Market square' },
            audioMode: 'no_audio',
          },
        },
      },
    },
    answers: {
      200: json('The video.', legacySuccess),
      409: json('The reel was cancelled.', legacyFailure),
      422: json('Runway refused the words.', legacyFailure),
      502: json('The reel failed for another reason.', legacyFailure),
      504: json('The reel is not done yet. It goes on by itself.', legacyFailure),
    },
    refuses: ['invalid_request', 'daily_budget_reached', 'too_many_reels', 'temporal_unreachable'],
    refusal: legacyFailure,
  },
} as const satisfies Readonly<Record<OperationKey, Operation>>;
