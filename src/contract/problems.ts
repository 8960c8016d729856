/** Every `code` of an `application/problem+json` answer, with its status, its title, and `text` of what it means for the contract. */
export const PROBLEMS = {
  bad_request: {
    status: 400,
    title: 'Bad request',
    text: 'The request cannot be read: broken escapes in the path, for example.',
  },
  malformed_json: {
    status: 400,
    title: 'The body cannot be read',
    text: 'The body is not JSON in UTF-8, or is nested too deeply.',
  },
  invalid_request: {
    status: 400,
    title: 'The request is not valid',
    text: 'Fields of the body are wrong: `issues` names each.',
  },
  invalid_query: {
    status: 400,
    title: 'The query cannot be used',
    text: 'Parameters of the query are wrong: `issues` names each.',
  },
  bad_idempotency_key: {
    status: 400,
    title: 'The Idempotency-Key cannot be used',
    text: 'The `Idempotency-Key` is not 1 to 255 printable ASCII characters.',
  },
  unauthorized: { status: 401, title: 'A key is needed', text: 'A key is needed, or the one sent is wrong.' },
  host_not_allowed: {
    status: 403,
    title: 'This host name is not ours',
    text: 'Without keys the service answers on its own host name only.',
  },
  forwarded_not_allowed: {
    status: 403,
    title: 'This service is not for others',
    text: 'Without keys the service answers nobody who comes through a proxy.',
  },
  origin_not_allowed: {
    status: 403,
    title: 'This page may not use the service',
    text: 'A page of another origin, which is not in `CORS_ORIGINS`.',
  },
  not_from_own_page: {
    status: 403,
    title: 'The session works only on the own page',
    text: 'The session cookie came from a page of another origin.',
  },
  admin_only: {
    status: 403,
    title: 'This is for admins',
    text: 'Needs a key whose name is in `REEL_ADMINS`.',
  },
  link_invalid: { status: 403, title: 'The link is not valid', text: 'The signed link was changed.' },
  link_expired: {
    status: 403,
    title: 'The link is not valid',
    text: 'The signed link is older than 24 hours: GET the reel for a fresh one.',
  },
  not_found: { status: 404, title: 'Not found', text: 'There is nothing at this path.' },
  reel_not_found: {
    status: 404,
    title: 'No such reel',
    text: 'There is no reel with this ID, or it belongs to another client.',
  },
  error_not_found: { status: 404, title: 'No such code', text: 'The catalog has no entry for this.' },
  video_not_ready: { status: 404, title: 'No video', text: 'The reel has no video, or none yet.' },
  video_missing: { status: 404, title: 'No video', text: 'The stored file is gone.' },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    text: '`Allow` lists the methods of this path.',
  },
  reel_not_ended: {
    status: 409,
    title: 'The reel has not ended',
    text: 'Only a reel that has ended can be deleted, or made again.',
  },
  no_webhook: {
    status: 409,
    title: 'There is no webhook to send',
    text: 'The reel has no webhook to send: `detail` says why.',
  },
  request_too_slow: {
    status: 408,
    title: 'The request is too slow',
    text: 'The request did not arrive in time.',
  },
  not_undecided: { status: 409, title: 'There is nothing to decide', text: 'The reel needs no decision.' },
  action_refused: {
    status: 409,
    title: 'This is no choice of the decision',
    text: 'The decision has no such choice: `choices` has those there are.',
  },
  regenerate_refused: {
    status: 409,
    title: 'Another generation is not possible',
    text: '`maxCredits` or the deadline of the reel permits no other generation: `detail` says which.',
  },
  image_missing: {
    status: 409,
    title: 'The image is gone',
    text: 'The image of the earlier reel is not stored any more.',
  },
  reel_deleted: {
    status: 410,
    title: 'The reel was deleted',
    text: 'The reel, or the one that this `Idempotency-Key` made, was deleted.',
  },
  body_too_large: {
    status: 413,
    title: 'The body is too large',
    text: 'A body may have 6 MB; where only a few words are needed, 4 kB.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The body is of a wrong type',
    text: 'Bodies are `application/json` in UTF-8; small ones are not compressed.',
  },
  range_not_satisfiable: {
    status: 416,
    title: 'No such range',
    text: 'The file is shorter than the range asked for.',
  },
  expectation_failed: {
    status: 417,
    title: 'The expectation cannot be met',
    text: '`Expect` may be `100-continue` only.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'The Idempotency-Key belongs to another request',
    text: 'The `Idempotency-Key` was sent before with another body.',
  },
  adopt_refused: {
    status: 422,
    title: 'The task cannot be adopted',
    text: 'The Runway task cannot be the one that was lost: `detail` says why.',
  },
  daily_budget_reached: {
    status: 429,
    title: 'The daily budget is reached',
    text: 'The last 24 hours leave no room in `DAILY_MAX_CREDITS` or `KEY_DAILY_MAX_CREDITS`. Nothing was started.',
  },
  too_many_failed_keys: {
    status: 429,
    title: 'Too many wrong keys',
    text: 'This address sent many wrong keys.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    text: 'More requests a second than `CLIENT_REQUESTS_PER_SECOND` allows. Nothing was started.',
  },
  too_many_reels: {
    status: 429,
    title: 'Too many unfinished reels',
    text: 'As many unfinished reels as `CLIENT_REELS_IN_FLIGHT` allows. Nothing was started.',
  },
  too_many_streams: {
    status: 429,
    title: 'Too many event streams',
    text: 'This client has too many event streams open.',
  },
  headers_too_large: {
    status: 431,
    title: 'The headers are too large',
    text: 'All headers together may have 16 kB.',
  },
  internal_error: {
    status: 500,
    title: 'This service failed',
    text: 'The service failed; its log has the cause.',
  },
  overloaded: {
    status: 503,
    title: 'The service is busy',
    text: 'Too many requests or bodies are under way, in all or of this caller. Nothing was started.',
  },
  temporal_unreachable: {
    status: 503,
    title: 'The workflow server cannot be reached',
    text: 'The workflow server does not answer: send the request again.',
  },
  worker_unreachable: {
    status: 503,
    title: 'No worker took the message',
    text: 'No worker took the decision in time: to send it again is safe.',
  },
  runway_unreachable: {
    status: 503,
    title: 'Runway could not be asked about the task',
    text: 'Runway could not be asked about the task: send it again in a moment.',
  },
  account_unavailable: {
    status: 503,
    title: 'The account cannot be read here',
    text: 'This process has no key for Runway.',
  },
  not_ready: { status: 503, title: 'Not ready', text: '`parts` says what is down.' },
} as const satisfies Readonly<
  Record<string, { readonly status: number; readonly title: string; readonly text: string }>
>;

export type ProblemCode = keyof typeof PROBLEMS;

export const PROBLEM_CODES = Object.keys(PROBLEMS) as ProblemCode[];
