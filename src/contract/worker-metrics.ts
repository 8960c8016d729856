/** What workflows, activities and the worker itself measure, beside what Temporal's SDK measures by itself. */

export interface MetricSpec {
  /** As Prometheus shows it. */
  readonly name: string;
  readonly type: 'counter' | 'histogram' | 'gauge';
  readonly about: string;
  /** Values of all of them are bounded: no IDs, no text of callers. */
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets, in seconds. */
  readonly buckets?: readonly number[];
}

const CALL_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60] as const;
const WAIT_SECONDS = [1, 5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400, 86_400] as const;

export const WORKER_METRICS = {
  reelsEnded: {
    name: 'durable_reels_reels_ended_total',
    type: 'counter',
    about: 'Reels that ended, by status and code of the failure (`none` without one).',
    labels: ['status', 'failure_code'],
  },
  reelsRescued: {
    name: 'durable_reels_reels_rescued_total',
    type: 'counter',
    about:
      'Reels that succeeded after generations that had not: retries that helped, by the code of the last failure and the number of further generations (`1`, `2`, `3`, `more`).',
    labels: ['failure_code', 'regenerations'],
  },
  generationsEnded: {
    name: 'durable_reels_generations_ended_total',
    type: 'counter',
    about: 'Paid submissions to Runway that came to their end, by model, status and code of the failure.',
    labels: ['model', 'status', 'failure_code'],
  },
  lostAnswers: {
    name: 'durable_reels_lost_answers_total',
    type: 'counter',
    about:
      'Answers to submits that were lost, by how that was settled: `adopted` (the task was found), `absent` (there is none), `regenerate` (another was allowed), `abandoned`.',
    labels: ['settled'],
  },
  creditsCharged: {
    name: 'durable_reels_credits_charged_total',
    type: 'counter',
    about: 'Credits that Runway says it charged, of reels that ended.',
    labels: [],
  },
  creditsUncertain: {
    name: 'durable_reels_credits_uncertain_total',
    type: 'counter',
    about: 'Credits that may have been charged as well, at most, of reels that ended.',
    labels: [],
  },
  creditsWasted: {
    name: 'durable_reels_credits_wasted_total',
    type: 'counter',
    about: 'Credits that were charged for generations whose video was not delivered, of reels that ended.',
    labels: [],
  },
  phase: {
    name: 'durable_reels_phase_duration_seconds',
    type: 'histogram',
    about:
      'Time that reels spent in a phase, when they leave it. `needs_decision` is one here; `waiting_for_slot`, `queued_at_runway` and `running` are told by what the polls saw.',
    labels: ['phase'],
    buckets: WAIT_SECONDS,
  },
  reelDuration: {
    name: 'durable_reels_reel_duration_seconds',
    type: 'histogram',
    about: 'From the acceptance of a reel to its end.',
    labels: ['status'],
    buckets: WAIT_SECONDS,
  },
  completionLag: {
    name: 'durable_reels_completion_lag_seconds',
    type: 'histogram',
    about:
      "From the poll that saw the task `SUCCEEDED` to the reel's own success: download and check. Runway's end lies up to one POLL_INTERVAL earlier.",
    labels: [],
    buckets: [0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 600, 3_600],
  },
  webhookTries: {
    name: 'durable_reels_webhook_tries_total',
    type: 'counter',
    about:
      'Webhooks sent, by what the receiver made of it: `delivered`, `failed`, `gone` (410), `refused` (it is none of ours, and was not sent).',
    labels: ['outcome'],
  },
  webhooksEnded: {
    name: 'durable_reels_webhooks_ended_total',
    type: 'counter',
    about:
      'Events of webhooks that came to their end: `delivered`, `gone`, `refused`, `given_up` (after three days), `overtaken` (a later event made it pointless).',
    labels: ['outcome'],
  },
  runwayCalls: {
    name: 'durable_reels_runway_calls_total',
    type: 'counter',
    about: 'Calls to Runway by HTTP status (`none`: no answer came).',
    labels: ['call', 'status'],
  },
  runwayCallDuration: {
    name: 'durable_reels_runway_call_duration_seconds',
    type: 'histogram',
    about: 'Time that calls to Runway took.',
    labels: ['call'],
    buckets: CALL_SECONDS,
  },
} as const satisfies Record<string, MetricSpec>;
