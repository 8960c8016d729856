/**
 * Every failure that a reel can meet, as data: what it is, who has to act, what the service does about it and
 * what a person can do. Sources: docs.dev.runwayml.com (errors, task failures) and captured answers, November 2026.
 */
import type { CatalogEntry } from '../../contract/schemas/failure';

const STATUS_PAGE = 'https://status.runwayml.com';
const SUPPORT = 'https://runwayml.com/support';
const DEV_PORTAL = 'https://dev.runwayml.com';

const CHECK_STATUS_PAGE = `Look at ${STATUS_PAGE} (and @runwayml): is there an incident on the public API?`;
const BUY_CREDITS = `Buy API credits at ${DEV_PORTAL} (Billing). They are apart from the credits of app.runwayml.com.`;
const CHECK_ACCOUNT = `Check the account at ${DEV_PORTAL} and app.runwayml.com: credits, billing, whether it is suspended.`;
const TRY_OTHER_SETTINGS =
  'Try other settings: no audio, a shorter or simpler prompt, another model, or wait a few hours.';
const CONTACT_SUPPORT = `Contact support (${SUPPORT}) with the Operation ID.`;

export const CATALOG = [
  // Generations that Runway accepted and failed.
  {
    code: 'internal_error',
    title: 'Runway had an internal error',
    category: 'service',
    verdict: 'regenerate',
    charge: 'refunded',
    cause:
      'Runway accepted the task, began it and failed it without a reason (INTERNAL, code 13 inside the failure text). Mostly a passing glitch: about nine in ten go away on the second or third try.',
    handling:
      'Looks at the account and the status page, waits REGENERATE_DELAY and generates again, up to REGENERATE_LIMIT times; then goes on with your `fallbacks`. An incident on the public API is waited for, without using these up.',
    advice: [
      'Make it again later: your prompt is fine.',
      CHECK_STATUS_PAGE,
      CHECK_ACCOUNT,
      TRY_OTHER_SETTINGS,
      CONTACT_SUPPORT,
    ],
    failureCodes: ['INTERNAL'],
  },
  {
    code: 'no_failure_code',
    title: 'Runway failed the task without a code',
    category: 'service',
    verdict: 'regenerate',
    charge: 'refunded',
    cause: 'The task ended as FAILED and carried no failureCode.',
    handling: 'Treated as INTERNAL: looks, waits and generates again, within the same limit.',
    advice: ['Make it again later.', CHECK_STATUS_PAGE, CHECK_ACCOUNT, TRY_OTHER_SETTINGS, CONTACT_SUPPORT],
  },
  {
    code: 'preprocessing_failed',
    title: 'Runway failed while it prepared the input',
    category: 'service',
    verdict: 'regenerate',
    charge: 'refunded',
    cause: 'An internal error before the generation began.',
    handling: 'Waits and generates again, within the same limit as INTERNAL.',
    advice: ['Make it again later.', CHECK_STATUS_PAGE, CONTACT_SUPPORT],
    failureCodes: ['INPUT_PREPROCESSING.INTERNAL'],
  },
  {
    code: 'third_party_unavailable',
    title: 'The maker of the model is unavailable',
    category: 'model',
    verdict: 'wait',
    charge: 'refunded',
    cause: 'The model is run by a third party that did not answer Runway.',
    handling:
      'Looks at the account and the status page, waits longer than after INTERNAL and generates again, within the same limit; then goes on with your `fallbacks`.',
    advice: [
      'Make it again in an hour, or choose another model (`fallbacks`: `model:<name>`).',
      CHECK_STATUS_PAGE,
      CONTACT_SUPPORT,
    ],
    failureCodes: ['THIRD_PARTY'],
  },
  {
    code: 'bad_output',
    title: 'The model made something unusable',
    category: 'model',
    verdict: 'change-settings',
    charge: 'refunded',
    cause: 'Runway found the output unusable; the same settings tend to end the same way.',
    handling: 'Does not repeat the same settings; goes on with the next of your `fallbacks`.',
    advice: [TRY_OTHER_SETTINGS, CONTACT_SUPPORT],
    failureCodes: ['INTERNAL.BAD_OUTPUT'],
  },
  {
    code: 'safety_input',
    title: 'Runway refused these words or this image',
    category: 'safety',
    verdict: 'give-up',
    charge: 'kept',
    cause: 'Content moderation refused the prompt or the image.',
    handling: 'Stops at once: repeated moderation gets an account suspended.',
    advice: [
      'Change the words or the image. Do not send the same again: it can get the account suspended.',
      'Read the usage policy at https://runwayml.com/usage-policy.',
    ],
    failureCodes: ['SAFETY.INPUT', 'SAFETY'],
  },
  {
    code: 'safety_text',
    title: 'Runway refused the words of the prompt',
    category: 'safety',
    verdict: 'give-up',
    charge: 'read',
    cause: 'Content moderation refused the prompt text before the generation began.',
    handling: 'Stops at once: repeated moderation gets an account suspended.',
    advice: ['Change the words. Do not send the same again: it can get the account suspended.'],
    failureCodes: ['INPUT_PREPROCESSING.SAFETY'],
  },
  {
    code: 'safety_output',
    title: 'Runway withheld what the model made',
    category: 'safety',
    verdict: 'give-up',
    charge: 'read',
    cause: 'Content moderation refused the finished video.',
    handling: 'Stops at once: repeated moderation gets an account suspended.',
    advice: ['Change the prompt so that it cannot be read as asking for such content.'],
    failureCodes: ['SAFETY.OUTPUT'],
  },
  {
    code: 'invalid_asset',
    title: 'Runway could not use the image',
    category: 'input',
    verdict: 'give-up',
    charge: 'refunded',
    cause: 'The image is damaged, of a wrong kind, or too small or large.',
    handling: 'Stops: the same image would fail again.',
    advice: ['Use a JPEG, PNG or WebP of at most 8000 pixels a side, and check that it opens.'],
    failureCodes: ['ASSET'],
  },
  {
    code: 'unknown_failure_code',
    title: 'Runway failed the task with a code that is not known here',
    category: 'unknown',
    verdict: 'give-up',
    charge: 'read',
    cause: 'The set of failure codes is open; this one is not in the catalog.',
    handling: 'Stops: an unknown failure is never paid for twice.',
    advice: [CHECK_STATUS_PAGE, CONTACT_SUPPORT, 'Tell the makers of this service about the code.'],
  },
  {
    code: 'cancelled_at_runway',
    title: 'The task was cancelled at Runway',
    category: 'unknown',
    verdict: 'give-up',
    charge: 'read',
    cause: 'Somebody cancelled the task there, outside this service.',
    handling: 'Stops.',
    advice: ['Make it again if that was not meant.'],
  },
  {
    code: 'task_not_found',
    title: 'Runway does not know the task any more',
    category: 'service',
    verdict: 'give-up',
    charge: 'read',
    cause:
      'Runway answered 404 for the task, five times in a row over two minutes: it was deleted or forgotten.',
    handling: 'Stops; what it cost cannot be read and stands as uncertain.',
    advice: [`Look for the Operation ID in the Request History of ${DEV_PORTAL}.`, CONTACT_SUPPORT],
  },

  // Creates that Runway refused.
  {
    code: 'insufficient_credits',
    title: 'Your Runway API credits are used up',
    category: 'account',
    verdict: 'give-up',
    charge: 'nothing',
    cause:
      'The balance does not cover the task. Runway says so with a 400: "You do not have enough credits to run this task."',
    handling:
      'Stops at once; nothing was made. After a failure of Runway the balance is looked at before the next generation.',
    advice: [BUY_CREDITS, 'Then make the reel again: a remake has the same request.'],
    httpText: { status: 400, words: ['not have enough credits', 'insufficient credits'] },
  },
  {
    code: 'payment_required',
    title: 'Runway asks for payment',
    category: 'account',
    verdict: 'give-up',
    charge: 'nothing',
    cause: 'Runway answered 402: credits are used up or a payment was declined.',
    handling: 'Stops at once; nothing was made.',
    advice: [BUY_CREDITS, `Check the payment method at ${DEV_PORTAL}.`],
    httpStatus: [402],
  },
  {
    code: 'unauthorized',
    title: 'Runway does not accept the API key',
    category: 'account',
    verdict: 'give-up',
    charge: 'nothing',
    cause: 'The key is wrong or disabled, or the account is suspended.',
    handling: 'Stops at once; nothing was made.',
    advice: [
      `Check the key at ${DEV_PORTAL} (API keys are made there, not at app.runwayml.com) and set it as RUNWAYML_API_SECRET.`,
      CHECK_ACCOUNT,
      CONTACT_SUPPORT,
    ],
    httpStatus: [401],
  },
  {
    code: 'forbidden',
    title: 'Runway does not permit this to the account',
    category: 'account',
    verdict: 'give-up',
    charge: 'nothing',
    cause: 'Runway answered 403: the account may not use this model or endpoint, or it is restricted.',
    handling: 'Stops at once; nothing was made.',
    advice: [`Check the permissions of the account and the key at ${DEV_PORTAL}.`, CONTACT_SUPPORT],
    httpStatus: [403],
  },
  {
    code: 'bad_request',
    title: 'Runway refused the settings',
    category: 'input',
    verdict: 'give-up',
    charge: 'nothing',
    cause:
      'Runway answered 400: a field is missing, unknown or out of its limits, or the image could not be fetched.',
    handling: 'Stops at once; nothing was made.',
    advice: [
      'Check the prompt and the settings named in the message.',
      'Check that the image URL can be opened by anyone.',
    ],
    httpStatus: [400],
  },
  {
    code: 'not_found',
    title: 'Runway has no such endpoint or model',
    category: 'input',
    verdict: 'give-up',
    charge: 'nothing',
    cause: 'Runway answered 404 to the create.',
    handling: 'Stops at once; nothing was made.',
    advice: ['Check the model and RUNWAYML_BASE_URL.'],
    httpStatus: [404],
  },
  {
    code: 'method_not_allowed',
    title: 'Runway refused the method',
    category: 'input',
    verdict: 'give-up',
    charge: 'nothing',
    cause: 'Runway answered 405.',
    handling: 'Stops at once; nothing was made.',
    advice: ['Check RUNWAYML_BASE_URL, and whether this service is up to date.'],
    httpStatus: [405],
  },
  {
    code: 'payload_too_large',
    title: 'The input is too large for Runway',
    category: 'input',
    verdict: 'give-up',
    charge: 'nothing',
    cause: 'Runway answered 413.',
    handling: 'Stops at once; nothing was made.',
    advice: ['Use a smaller image, or an https URL in place of the image itself.'],
    httpStatus: [413],
  },
  {
    code: 'unprocessable',
    title: 'Runway could not use the input',
    category: 'input',
    verdict: 'give-up',
    charge: 'nothing',
    cause: 'Runway answered 422.',
    handling: 'Stops at once; nothing was made.',
    advice: ['Check the prompt and the settings named in the message.'],
    httpStatus: [422],
  },
  {
    code: 'no_longer_offered',
    title: 'Runway no longer offers this',
    category: 'input',
    verdict: 'change-settings',
    charge: 'nothing',
    cause: 'Runway answered 410 to the create: the model or the endpoint was taken away.',
    handling: 'Stops at once, or goes on with the next of your `fallbacks`; nothing was made.',
    advice: [
      'Choose another model (`GET /v1/models`; `fallbacks`: `model:<name>`).',
      'Check whether this service is up to date.',
    ],
    httpStatus: [410],
  },
  {
    code: 'refused',
    title: 'Runway refused the request',
    category: 'input',
    verdict: 'give-up',
    charge: 'nothing',
    cause:
      'Runway, or the gateway before it, answered with another 4xx (415, 451 and the like) and JSON: the request was not taken.',
    handling: 'Stops at once; nothing was made.',
    advice: [
      'Read what the message says about the request.',
      'Check RUNWAYML_BASE_URL, and whether this service is up to date.',
      CONTACT_SUPPORT,
    ],
    httpStatus: [406, 411, 414, 415, 417, 421, 423, 424, 425, 426, 428, 431, 451],
  },
  {
    code: 'rate_limited',
    title: 'Runway asks to slow down',
    category: 'service',
    verdict: 'retry-call',
    charge: 'nothing',
    cause: 'Runway, or the gateway before it, answered 429: too many requests for now.',
    handling: 'Sends the same request again after a growing delay, or as Retry-After says.',
    advice: ['Nothing to do: it goes on by itself.', `A higher tier (${DEV_PORTAL}) allows more.`],
    httpStatus: [429],
  },
  {
    code: 'daily_limit_reached',
    title: 'The daily limit of your Runway tier is reached',
    category: 'account',
    verdict: 'retry-call',
    charge: 'nothing',
    cause:
      'Runway answered 429, "Your daily task limit has been reached.": the cap counts the last 24 hours and frees up bit by bit.',
    handling: 'Looks again every 15 minutes until there is room.',
    advice: [
      'Nothing to do: it goes on by itself within hours.',
      `A higher tier (${DEV_PORTAL}) allows more.`,
    ],
    httpText: { status: 429, words: ['daily task limit', 'daily limit'] },
  },
  {
    code: 'runway_server_error',
    title: 'Runway had a server error',
    category: 'service',
    verdict: 'retry-call',
    charge: 'nothing',
    cause: 'Runway itself answered 500: it did not take the request.',
    handling: 'Sends the same request again after a growing delay.',
    advice: ['Nothing to do: it goes on by itself.', CHECK_STATUS_PAGE],
    httpStatus: [500],
  },
  {
    code: 'runway_overloaded',
    title: 'Runway is overloaded',
    category: 'service',
    verdict: 'retry-call',
    charge: 'nothing',
    cause: 'Runway itself answered 502 or 503: it is shedding load and did not take the request.',
    handling: 'Sends the same request again after a growing delay.',
    advice: ['Nothing to do: it goes on by itself.', CHECK_STATUS_PAGE],
    httpStatus: [502, 503],
  },
  {
    code: 'not_sent',
    title: 'Runway could not be reached',
    category: 'network',
    verdict: 'retry-call',
    charge: 'nothing',
    cause: 'No connection came about (name not found, refused, timed out, TLS): the request never left.',
    handling: 'Sends it again after a growing delay.',
    advice: [
      'Nothing to do: it goes on by itself.',
      'Check the internet connection of the machine, and RUNWAYML_BASE_URL.',
    ],
    faults: [
      'ENOTFOUND',
      'EAI_AGAIN',
      'ECONNREFUSED',
      'EHOSTUNREACH',
      'ENETUNREACH',
      'ETIMEDOUT',
      'UND_ERR_CONNECT_TIMEOUT',
      'CERT_HAS_EXPIRED',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'SEND_DEADLINE',
    ],
  },
  {
    code: 'submit_outcome_unknown',
    title: 'We ordered the video but got no clear answer',
    category: 'network',
    verdict: 'give-up',
    charge: 'read',
    cause:
      'The request left and no answer came back that says what became of it (time-out, reset, 408, 409, 504, a page or a 5xx of a gateway or proxy in between, or a worker that died). A task may exist, or not.',
    handling:
      'Never sends it again blindly: that could pay twice. After LOST_ANSWER_QUIET the evidence is gathered and shown; then ON_LOST_ANSWER (`onLostAnswer` of the request) decides: the reel asks (`needs_decision`), or submits once more unless the evidence says that a task exists. Without a decision within DECISION_PATIENCE the reel fails; what stays unclear stands as uncertain.',
    advice: [
      `Look into the Request History of ${DEV_PORTAL} at the time of the generation: is there a task?`,
      'If there is one, resolve the reel by adopting it, with its ID. If there is none, regenerate.',
      'Once the reel has ended: make it again, with a remake.',
    ],
    faults: ['408', '409', '499', '504', 'TIMEOUT', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'BODY_TOO_LONG'],
  },
  {
    code: 'wrong_backend',
    title: 'The worker is set up for another Runway account',
    category: 'account',
    verdict: 'retry-call',
    charge: 'read',
    cause:
      'The reel is bound to another base URL or account (or the simulator) than the worker that picked it up.',
    handling: 'Waits for a worker with the right settings; calls nobody until then.',
    advice: ['Start a worker with the RUNWAYML_BASE_URL and RUNWAY_ACCOUNT that the reel was accepted with.'],
  },
  {
    code: 'wrong_database',
    title: 'The worker has another database',
    category: 'service',
    verdict: 'retry-call',
    charge: 'read',
    cause:
      'The reel was accepted with another database than that of the worker that picked it up. What was submitted for it stands there.',
    handling: 'Waits for a worker with that database; submits nothing until then, as it could be paid twice.',
    advice: [
      'Give all workers and the API the same DATABASE_URL, or the same DATA_DIR where none is set.',
      'Where the database was lost, put its backup in place.',
    ],
  },

  // Ends that are the service's own decision.
  {
    code: 'invalid_request',
    title: 'The request is not valid',
    category: 'input',
    verdict: 'give-up',
    charge: 'nothing',
    cause: 'A field of the request is wrong or missing.',
    handling: 'Refuses it before anything is spent.',
    advice: ['Correct the fields that the message names.'],
  },
  {
    code: 'reel_exists',
    title: 'There is another reel with this ID',
    category: 'input',
    verdict: 'give-up',
    charge: 'nothing',
    cause:
      'A run was started with the ID of a reel that another run is making, that was deleted, or with changed settings.',
    handling: 'Refuses it before anything is spent.',
    advice: ['Start a new reel without an `id`, over POST /v1/reels.'],
  },
  {
    code: 'budget_exhausted',
    title: 'Another generation would exceed the maximum',
    category: 'account',
    verdict: 'give-up',
    charge: 'nothing',
    cause: 'What was spent, what is uncertain and the next generation together exceed `maxCredits`.',
    handling: 'Does not begin the generation.',
    advice: ['Make the reel again with a higher `maxCredits`.'],
  },
  {
    code: 'daily_budget_reached',
    title: 'The daily budget of this service is reached',
    category: 'account',
    verdict: 'retry-call',
    charge: 'nothing',
    cause:
      'What all reels (or those of this API key) spent, may have spent and have set aside in the last 24 hours leaves no room within DAILY_MAX_CREDITS or KEY_DAILY_MAX_CREDITS.',
    handling:
      'Refuses a new reel before anything is spent. The next generation of an accepted reel waits until there is room.',
    advice: [
      'Ask again later: the budget frees up bit by bit over 24 hours.',
      'Or raise DAILY_MAX_CREDITS or KEY_DAILY_MAX_CREDITS, and start API and worker again.',
    ],
  },
  {
    code: 'price_mismatch',
    title: 'Runway asks more for the task than is left',
    category: 'model',
    verdict: 'give-up',
    charge: 'read',
    cause:
      "The task's own estimatedCost is higher than the price that is known here, and than what is left of `maxCredits`.",
    handling: 'Cancels the task at once. What it cost cannot always be read, and then stands as uncertain.',
    advice: [
      'Make the reel again with a higher `maxCredits`.',
      'Look at the prices at https://docs.dev.runwayml.com, and tell the makers of this service about the change.',
    ],
  },
  {
    code: 'read_failed',
    title: 'Runway gave no answer about the task',
    category: 'network',
    verdict: 'retry-call',
    charge: 'read',
    cause:
      'Reading or deleting the task failed: a lost connection, a server error, or a key that is refused.',
    handling: 'Asks again after a growing delay. Reading is free and loses nothing.',
    advice: ['Nothing to do: it goes on by itself.', CHECK_STATUS_PAGE],
  },
  {
    code: 'output_delayed',
    title: 'The finished video could not be fetched yet',
    category: 'network',
    verdict: 'retry-call',
    charge: 'kept',
    cause:
      'The download broke off or was too slow, its URL had expired or leads where nothing is fetched from, or what came was no complete video.',
    handling:
      'Fetches it again with a fresh URL for FETCH_PATIENCE, and shows what it waits for. Then the reel asks: `needs_decision`.',
    advice: ['Nothing to do: it goes on by itself.'],
  },
  {
    code: 'output_unavailable',
    title: 'The finished video could not be fetched',
    category: 'service',
    verdict: 'give-up',
    charge: 'kept',
    cause:
      'Runway finished and charged the task, but its video could not be fetched for as long as somebody waited for it, or Runway does not know the task any more (404).',
    handling:
      'Fetches it for FETCH_PATIENCE, then asks (`fetch`, `regenerate`, `abandon`) and goes on trying each hour, until DECISION_PATIENCE is over or the task is gone.',
    advice: [
      'Make it again: where Runway still has the finished task, its video is taken, and nothing is paid again.',
      `Or open the task in ${DEV_PORTAL} and download it there.`,
      CONTACT_SUPPORT,
    ],
  },
  {
    code: 'output_not_playable',
    title: 'The video came whole, in a form that browsers do not play',
    category: 'service',
    verdict: 'give-up',
    charge: 'kept',
    cause:
      'Runway finished and charged the task with a file whose picture or sound has a codec that no browser plays, such as ProRes.',
    handling:
      'Keeps the file, which can be downloaded like that of a reel that succeeded. It is not fetched again: it would be the same.',
    advice: [
      'Download the file: an editor such as DaVinci Resolve, or ffmpeg, opens and converts it.',
      'Make it again with another model.',
      CONTACT_SUPPORT,
    ],
  },
  {
    code: 'storage_unavailable',
    title: 'The service could not store what it had to',
    category: 'service',
    verdict: 'retry-call',
    charge: 'read',
    cause: 'The disk is full or failing, or the database does not answer or is damaged.',
    handling: 'Tries again until it works: nothing is sent without a claim in the database.',
    advice: [
      'Free space in DATA_DIR, and check the disk. With DATABASE_URL: look at the PostgreSQL that it names.',
    ],
  },
  {
    code: 'deadline_exceeded',
    title: 'The reel was not done by its deadline',
    category: 'service',
    verdict: 'give-up',
    charge: 'read',
    cause: 'The time that the reel may take (`deadline`, REEL_DEADLINE) is over.',
    handling: 'Looks once more, delivers what is finished, else deletes the task at Runway and stops.',
    advice: ['Make it again, with a longer `deadline` if it had to wait.', CHECK_STATUS_PAGE],
  },
  {
    code: 'stalled',
    title: 'The task stood still at Runway',
    category: 'service',
    verdict: 'give-up',
    charge: 'read',
    cause:
      'For STALL_PATIENCE the task was running and its progress did not move, or it had a status that is not known here.',
    handling:
      'Looks once more, delivers what is finished, else deletes the task at Runway and stops: a task that stands still is never paid for again unasked.',
    advice: ['Make it again.', CHECK_STATUS_PAGE, TRY_OTHER_SETTINGS, CONTACT_SUPPORT],
  },
  {
    code: 'never_started',
    title: 'Runway never began the task',
    category: 'service',
    verdict: 'give-up',
    charge: 'read',
    cause:
      'Runway accepted the task and left it waiting (THROTTLED or PENDING) until the deadline of the reel: the account had no free slot, or Runway no capacity.',
    handling: 'Looks once more, then deletes the task at Runway and stops.',
    advice: [
      'Make it again with a longer `deadline`, or with fewer reels at once.',
      `A higher tier (${DEV_PORTAL}) runs more at once.`,
      CHECK_STATUS_PAGE,
    ],
  },
  {
    code: 'stopped_by_operator',
    title: 'Somebody stopped the run in Temporal',
    category: 'unknown',
    verdict: 'give-up',
    charge: 'read',
    cause: 'The run was terminated or timed out at Temporal; the service could not clean up after it.',
    handling: 'Nothing runs any more; a task that was under way at Runway goes on there and may be charged.',
    advice: [
      'Look for the Operation IDs of the generations at Runway.',
      'Use Cancel, not Terminate: it also stops the task at Runway.',
    ],
  },
  {
    code: 'history_lost',
    title: 'The run of this reel is gone',
    category: 'service',
    verdict: 'give-up',
    charge: 'read',
    cause:
      'Temporal has no history of the run (deleted, or its database lost) and the stored record is unfinished.',
    handling: 'Shows what the record knows.',
    advice: ['Look for the Operation IDs at Runway, then make the reel again.'],
  },
  {
    code: 'unknown_error',
    title: 'Something failed that has no name yet',
    category: 'unknown',
    verdict: 'give-up',
    charge: 'read',
    cause: 'A failure that the catalog does not know.',
    handling: 'Stops: an unknown failure is never paid for twice.',
    advice: ['Look at the run in the Temporal UI.', 'Tell the makers of this service about it.'],
  },
] as const satisfies readonly CatalogEntry[];

export type CatalogCode = (typeof CATALOG)[number]['code'];

const BY_CODE: ReadonlyMap<string, CatalogEntry> = new Map(CATALOG.map((entry) => [entry.code, entry]));

/** The entry of one of our codes. */
export function entryOf(code: CatalogCode): CatalogEntry {
  return BY_CODE.get(code) as CatalogEntry;
}

/** The entry of a text that may be one of our codes. */
export function findEntry(code: string): CatalogEntry | undefined {
  return BY_CODE.get(code);
}
