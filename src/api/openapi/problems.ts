/** Every `code` of an `application/problem+json` answer, with its status. A test meets them in the answers of all routes. */
export const PROBLEMS = {
  bad_request: { status: 400, text: 'The request cannot be read: broken escapes in the path, for example.' },
  malformed_json: { status: 400, text: 'The body is not JSON in UTF-8, or is nested too deeply.' },
  invalid_request: { status: 400, text: 'Fields of the body are wrong: `issues` names each.' },
  invalid_query: { status: 400, text: 'Parameters of the query are wrong: `issues` names each.' },
  bad_idempotency_key: {
    status: 400,
    text: 'The `Idempotency-Key` is not 1 to 255 printable ASCII characters.',
  },
  unauthorized: { status: 401, text: 'A key is needed, or the one sent is wrong.' },
  host_not_allowed: { status: 403, text: 'Without keys the service answers on its own host name only.' },
  forwarded_not_allowed: {
    status: 403,
    text: 'Without keys the service answers nobody who comes through a proxy.',
  },
  origin_not_allowed: { status: 403, text: 'A page of another origin, which is not in `CORS_ORIGINS`.' },
  not_from_own_page: { status: 403, text: 'The session cookie came from a page of another origin.' },
  admin_only: { status: 403, text: 'Needs a key whose name is in `REEL_ADMINS`.' },
  link_invalid: { status: 403, text: 'The signed link was changed.' },
  link_expired: {
    status: 403,
    text: 'The signed link is older than 24 hours: GET the reel for a fresh one.',
  },
  not_found: { status: 404, text: 'There is nothing at this path.' },
  reel_not_found: { status: 404, text: 'There is no reel with this ID, or it belongs to another client.' },
  error_not_found: { status: 404, text: 'The catalog has no entry for this.' },
  video_not_ready: { status: 404, text: 'The reel has no video, or none yet.' },
  video_missing: { status: 404, text: 'The stored file is gone.' },
  method_not_allowed: { status: 405, text: '`Allow` lists the methods of this path.' },
  reel_not_ended: { status: 409, text: 'Only a reel that has ended can be deleted.' },
  no_webhook: { status: 409, text: 'The reel has no webhook to send: `detail` says why.' },
  request_too_slow: { status: 408, text: 'The request did not arrive in time.' },
  not_ended: { status: 409, text: 'Only a reel that has ended can be made again.' },
  not_undecided: { status: 409, text: 'The reel needs no decision.' },
  action_refused: { status: 409, text: 'The decision has no such choice: `choices` has those there are.' },
  regenerate_refused: {
    status: 409,
    text: '`maxCredits` or the deadline of the reel permits no other generation: `detail` says which.',
  },
  image_missing: { status: 409, text: 'The image of the earlier reel is not stored any more.' },
  reel_deleted: { status: 410, text: 'The reel, or the one that this `Idempotency-Key` made, was deleted.' },
  body_too_large: {
    status: 413,
    text: 'A body may have 6 MB; where only a few words are needed, 4 kB.',
  },
  unsupported_media_type: {
    status: 415,
    text: 'Bodies are `application/json` in UTF-8; small ones are not compressed.',
  },
  range_not_satisfiable: { status: 416, text: 'The file is shorter than the range asked for.' },
  expectation_failed: { status: 417, text: '`Expect` may be `100-continue` only.' },
  idempotency_key_reused: { status: 422, text: 'The `Idempotency-Key` was sent before with another body.' },
  adopt_refused: { status: 422, text: 'The Runway task cannot be the one that was lost: `detail` says why.' },
  daily_budget_reached: {
    status: 429,
    text: 'The last 24 hours leave no room in `DAILY_MAX_CREDITS` or `KEY_DAILY_MAX_CREDITS`. Nothing was started.',
  },
  too_many_failed_keys: { status: 429, text: 'This address sent many wrong keys.' },
  rate_limited: {
    status: 429,
    text: 'More requests a second than `CLIENT_REQUESTS_PER_SECOND` allows. Nothing was started.',
  },
  too_many_reels: {
    status: 429,
    text: 'As many unfinished reels as `CLIENT_REELS_IN_FLIGHT` allows. Nothing was started.',
  },
  too_many_streams: { status: 429, text: 'This client has too many event streams open.' },
  headers_too_large: { status: 431, text: 'All headers together may have 16 kB.' },
  internal_error: { status: 500, text: 'The service failed; its log has the cause.' },
  overloaded: {
    status: 503,
    text: 'Too many requests or bodies are under way, in all or of this caller. Nothing was started.',
  },
  temporal_unreachable: { status: 503, text: 'The workflow server does not answer: send the request again.' },
  worker_unreachable: { status: 503, text: 'No worker took the decision in time: to send it again is safe.' },
  runway_unreachable: {
    status: 503,
    text: 'Runway could not be asked about the task: send it again in a moment.',
  },
  account_unavailable: { status: 503, text: 'This process has no key for Runway.' },
  not_ready: { status: 503, text: '`parts` says what is down.' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly text: string }>>;

export type ProblemCode = keyof typeof PROBLEMS;

export const PROBLEM_CODES = Object.keys(PROBLEMS) as ProblemCode[];
