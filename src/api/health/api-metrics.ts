import type { MetricSpec } from '../../contract/worker-metrics';

const CALL_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60] as const;

/** What the API measures, beside Node's own `process_…` and `nodejs_…`. */
export const API_METRICS = {
  requests: {
    name: 'durable_reels_http_requests_total',
    type: 'counter',
    about: 'Requests that were answered, by pattern of the route (`none`: nothing was found there).',
    labels: ['method', 'route', 'status'],
  },
  requestDuration: {
    name: 'durable_reels_http_request_duration_seconds',
    type: 'histogram',
    about:
      'From a request to the end of its answer; streams of events and videos last as long as they are watched.',
    labels: ['method', 'route'],
    buckets: CALL_SECONDS,
  },
  refusedConnections: {
    name: 'durable_reels_http_refused_connections_total',
    type: 'counter',
    about:
      'Connections that were answered 503 or closed at once: as many are open as the file descriptors allow, or one address has half of them.',
    labels: [],
  },
  brokenRequests: {
    name: 'durable_reels_http_broken_requests_total',
    type: 'counter',
    about:
      'Requests that were refused before anything looked at them: no HTTP, headers too large, too slow, an unknown expectation.',
    labels: ['status'],
  },
  reels: {
    name: 'durable_reels_reels',
    type: 'gauge',
    about: 'Reels that Temporal knows, by status. Absent while Temporal cannot be asked.',
    labels: ['status'],
  },
  failedReels: {
    name: 'durable_reels_failed_reels',
    type: 'gauge',
    about: 'Failed reels that Temporal knows, by code of the failure.',
    labels: ['failure_code'],
  },
  credits: {
    name: 'durable_reels_credits_24h',
    type: 'gauge',
    about:
      'Credits of generations ordered in the last 24 hours: `charged`, `uncertain` (may have been charged), `open` (set aside, not at their end) and `wasted` (charged, but not for the video of a reel that succeeded).',
    labels: ['kind'],
  },
  budget: {
    name: 'durable_reels_daily_budget_credits',
    type: 'gauge',
    about: '`DAILY_MAX_CREDITS`. Absent where there is no limit.',
    labels: [],
  },
  balance: {
    name: 'durable_reels_runway_credit_balance',
    type: 'gauge',
    about:
      'Credits of the account at Runway, looked up once in five minutes at most. Absent while Runway does not tell.',
    labels: [],
  },
  partUp: {
    name: 'durable_reels_part_up',
    type: 'gauge',
    about:
      '1 while a part is there, else 0: `temporal`, `worker` (workflows and short activities), `waits` and `storage` (can be written). Workers are absent while Temporal cannot be asked.',
    labels: ['part'],
  },
  freeBytes: {
    name: 'durable_reels_data_free_bytes',
    type: 'gauge',
    about: 'Room that is left in `DATA_DIR`.',
    labels: [],
  },
} as const satisfies Record<string, MetricSpec>;
