/** The named scenarios: a prompt with `#name` in it plays the scenario of that name. */
import type { AnswerFault, Fault } from './fault';
import {
  always,
  inOrder,
  type Life,
  once,
  type PostFault,
  type Scenario,
  type Series,
  type TaskEnd,
  times,
} from './scenario';
import { FOREVER } from '../vendor/task';

// ---- what is answered -------------------------------------------------------------------------------------

const HTML =
  '<!doctype html><html><head><title>Error</title></head><body><h1>Something went wrong</h1></body></html>';
const DAILY = 'Your daily task limit has been reached.';

const json = (status: number, error: string, more: Partial<AnswerFault> = {}): AnswerFault => ({
  kind: 'answer',
  status,
  json: { error },
  ...more,
});
/** What the API gateway before Runway answers by itself. */
const gateway = (status: number, body: object): AnswerFault => ({
  kind: 'answer',
  status,
  json: body,
  headers: { 'apigw-requestid': 'simulated-gateway' },
});
const html = (status: number): AnswerFault => ({
  kind: 'answer',
  status,
  text: HTML,
  contentType: 'text/html',
});
const slowDown = (as: 'seconds' | 'date', seconds: number): AnswerFault =>
  json(429, 'Too many requests.', { retryAfter: { seconds, as } });

const NO_CREDITS: AnswerFault = {
  kind: 'answer',
  status: 400,
  json: {
    error: 'You do not have enough credits to run this task.',
    docUrl: 'https://docs.dev.runwayml.com/usage/billing',
  },
};
const BAD_REQUEST: AnswerFault = {
  kind: 'answer',
  status: 400,
  json: {
    error: 'Validation of body failed',
    issues: [
      { code: 'custom', path: ['promptText'], message: 'The prompt is not accepted in this rehearsal' },
    ],
    docUrl: 'https://docs.dev.runwayml.com/api',
  },
};
const BROKEN_HALF: Fault = { kind: 'cut', keep: 0.5, length: 'matching' };

// ---- how a POST goes --------------------------------------------------------------------------------------

const withoutTask = (fault: Fault): PostFault => ({ fault, taskExists: false });
const withTask = (fault: Fault): PostFault => ({ fault, taskExists: true });
const refused = (about: string, fault: Fault, series = always<PostFault>): Scenario => ({
  about,
  posts: series(withoutTask(fault)),
});
const lost = (about: string, fault: Fault): Scenario => ({ about, posts: once(withoutTask(fault)) });
const lostWithTask = (about: string, fault: Fault): Scenario => ({ about, posts: once(withTask(fault)) });

// Of `{"id":"<36 characters>","estimatedCost":{"credits":80}}`, 0.7 ends after the ID and 0.3 inside it.
const AFTER_ID = 0.7;
const INSIDE_ID = 0.3;

// ---- how a task goes --------------------------------------------------------------------------------------

const failed = (failure: string, failureCode?: string, refunded = true): Life => ({
  running: 0.3,
  end: {
    status: 'FAILED',
    failure,
    ...(failureCode !== undefined && { failureCode }),
    refunded,
  } satisfies TaskEnd,
});
const INTERNAL = failed(
  'Generation failed: {"code":13,"message":"Internal error. Please try again later."}',
  'INTERNAL',
);
const ends = (about: string, life: Life, series: Series<Life> = always(life)): Scenario => ({
  about,
  lives: series,
});
const polls = (about: string, series: Series<Fault>): Scenario => ({ about, polls: series });
const downloads = (about: string, series: Series<Fault>): Scenario => ({ about, downloads: series });

const GROUPS = {
  'A generation fails': {
    'internal-once': ends('INTERNAL (code 13) once, then success', INTERNAL, once(INTERNAL)),
    'internal-twice': ends('INTERNAL twice, then success', INTERNAL, times(2, INTERNAL)),
    'internal-three-times': ends('INTERNAL three times, then success', INTERNAL, times(3, INTERNAL)),
    'internal-always': ends('INTERNAL for ever', INTERNAL),
    'internal-with-audio': {
      ...ends('INTERNAL as long as audio is asked for: the guide’s advice “No Audio” helps', INTERNAL),
      appliesTo: ({ audio }) => audio !== false,
      reelFields: { audio: 'music' },
    },
    'internal-long-prompt': {
      ...ends('INTERNAL as long as the prompt has more than 200 characters', INTERNAL),
      appliesTo: ({ promptText }) => String(promptText).length > 200,
    },
    'model-down': {
      ...ends('INTERNAL for ever on veo3.1_fast; other models work', INTERNAL),
      appliesTo: ({ model }) => model === 'veo3.1_fast',
    },
    incident: ends(
      'INTERNAL once while the status page shows an incident, for two lengths of a task; then success',
      INTERNAL,
      once<Life>({ ...INTERNAL, incident: 2 }),
    ),
    'codeless-once': ends(
      'a failure without a failureCode, then success',
      INTERNAL,
      once(failed('Generation failed.')),
    ),
    'codeless-always': ends('failures without a failureCode, for ever', failed('Generation failed.')),
    'input-internal-once': ends(
      'INPUT_PREPROCESSING.INTERNAL, then success',
      INTERNAL,
      once(failed('Could not prepare the input.', 'INPUT_PREPROCESSING.INTERNAL')),
    ),
    'bad-output': ends(
      'INTERNAL.BAD_OUTPUT.CODE01: the settings have to change',
      failed('The output was not good enough.', 'INTERNAL.BAD_OUTPUT.CODE01'),
    ),
    'bad-output-01': ends(
      'the same as the docs spell it, INTERNAL.BAD_OUTPUT.01',
      failed('The output was not good enough.', 'INTERNAL.BAD_OUTPUT.01'),
    ),
    'input-preprocessing': ends(
      'INPUT_PREPROCESSING.SAFETY.TEXT: the prompt is refused before the model starts',
      failed('The prompt was moderated.', 'INPUT_PREPROCESSING.SAFETY.TEXT', false),
    ),
    'safety-input': ends(
      'SAFETY.INPUT.TEXT: the prompt is refused; not refunded',
      failed('The input was flagged by our content moderation system.', 'SAFETY.INPUT.TEXT', false),
    ),
    'safety-output': ends(
      'SAFETY.OUTPUT.VIDEO: the video is withheld; not refunded here',
      failed('The output was flagged by our content moderation system.', 'SAFETY.OUTPUT.VIDEO', false),
    ),
    'asset-invalid': ends(
      'ASSET.INVALID: the image cannot be used',
      failed('Invalid asset.', 'ASSET.INVALID'),
    ),
    'third-party-once': ends(
      'THIRD_PARTY.UNAVAILABLE, then success',
      INTERNAL,
      once(failed('The model is unavailable.', 'THIRD_PARTY.UNAVAILABLE')),
    ),
    'third-party': ends(
      'THIRD_PARTY.UNAVAILABLE for ever',
      failed('The model is unavailable.', 'THIRD_PARTY.UNAVAILABLE'),
    ),
    'unknown-failure': ends(
      'a failureCode that nobody has seen before',
      failed('Cosmic rays.', 'COSMIC.RAYS', false),
    ),
    'cancelled-by-runway': ends('the task ends CANCELLED although nobody asked', {
      end: { status: 'CANCELLED' },
    }),
  },
  'A POST is refused': {
    'http-400': refused('400 with the wrong field', BAD_REQUEST),
    'no-credits': refused('400 “You do not have enough credits to run this task.”', NO_CREDITS),
    'credits-run-out': {
      about: 'the first generation fails with INTERNAL, and there are no credits for a second',
      posts: inOrder(undefined, withoutTask(NO_CREDITS)),
      lives: once(INTERNAL),
    },
    'http-401': refused('401: the key is wrong, or the account suspended', json(401, 'Invalid API key.')),
    'http-402': refused('402: payment required', json(402, 'Payment required.')),
    'http-403': refused('403: not permitted', json(403, 'You do not have access to this resource.')),
    'http-404': refused('404: no such endpoint or model', json(404, 'Not found')),
    'http-405': refused('405: method not allowed', json(405, 'Method not allowed')),
    'http-413': refused('413: request too large', json(413, 'Request entity too large')),
    'http-422': refused('422: not processable', json(422, 'Unprocessable entity')),
    '429-once': refused('429 with Retry-After in seconds, once', slowDown('seconds', 1), once),
    '429-date': refused('429 with Retry-After as a date, once', slowDown('date', 2), once),
    '429-three-times': refused(
      '429 without Retry-After, three times',
      json(429, 'Too many requests.'),
      (item) => times(3, item),
    ),
    '429-gateway': refused(
      '429 in the gateway’s own shape, twice',
      gateway(429, { message: 'Too Many Requests' }),
      (item) => times(2, item),
    ),
    '403-gateway': refused('403 in the gateway’s own shape', gateway(403, { message: 'Forbidden' })),
    'http-410': refused('410: the model was removed', json(410, 'This model was removed')),
    'http-415': refused('415 in the shape of RFC 9457', {
      kind: 'answer',
      status: 415,
      json: { title: 'Unsupported Media Type', status: 415 },
    }),
    '429-daily': refused('429 “Your daily task limit has been reached.”, twice', json(429, DAILY), (item) =>
      times(2, item),
    ),
    '429-always': refused('429 with the daily limit, for ever', json(429, DAILY)),
    '500-once': refused('500 with Runway’s JSON, once', json(500, 'Internal server error'), once),
    '500-always': refused('500 with Runway’s JSON, for ever', json(500, 'Internal server error')),
    '502-once': refused('502 with Runway’s JSON, once', json(502, 'Bad gateway'), once),
    '503-once': refused('503 with Runway’s JSON, once', json(503, 'Service unavailable'), once),
    '503-always': refused('503 with Runway’s JSON, for ever', json(503, 'Service unavailable')),
  },
  'The answer to a POST is lost': {
    'lost-close': lost('connection closed without an answer; no task exists', { kind: 'close' }),
    'lost-reset': lost('connection reset after the request; no task exists', { kind: 'reset' }),
    'lost-reset-with-task': lostWithTask('connection reset after the task was made', { kind: 'reset' }),
    'lost-hang': lost('no answer ever; no task exists', { kind: 'hang' }),
    'lost-hang-with-task': lostWithTask('no answer ever, but the task exists', { kind: 'hang' }),
    'lost-408': lost('408; no task exists', json(408, 'Request timeout')),
    'lost-409': lost('409; no task exists', json(409, 'Conflict')),
    'lost-504': lost('504; no task exists', html(504)),
    'lost-504-with-task': lostWithTask('504, but the task exists', html(504)),
    'lost-502-gateway': lostWithTask(
      '502 in the gateway’s own shape, but the task exists',
      gateway(502, { message: 'Bad Gateway' }),
    ),
    'lost-500-html': lost('500 with a proxy’s HTML; no task exists', html(500)),
    'lost-502-html': lost('502 with a proxy’s HTML; no task exists', html(502)),
    'lost-503-html': lostWithTask('503 with a proxy’s HTML, but the task exists', html(503)),
    'lost-cut': lostWithTask('the answer breaks off after the ID', {
      kind: 'cut',
      keep: AFTER_ID,
      length: 'declared',
    }),
    'lost-cut-in-id': lostWithTask('the answer breaks off inside the ID', {
      kind: 'cut',
      keep: INSIDE_ID,
      length: 'declared',
    }),
    'lost-cut-quietly': lostWithTask(
      'the answer, sent without a length, ends after the ID: no error is seen',
      {
        kind: 'cut',
        keep: AFTER_ID,
        length: 'absent',
      },
    ),
    'lost-cut-quietly-in-id': lostWithTask('the answer, sent without a length, ends inside the ID', {
      kind: 'cut',
      keep: INSIDE_ID,
      length: 'absent',
    }),
    'lost-json': lostWithTask('200 with broken JSON that holds the ID', {
      kind: 'cut',
      keep: AFTER_ID,
      length: 'matching',
    }),
    'lost-json-without-id': lostWithTask('200 with broken JSON without the ID', {
      kind: 'cut',
      keep: INSIDE_ID,
      length: 'matching',
    }),
    'lost-html': lostWithTask('200 with HTML, but the task exists', html(200)),
    'lost-204': lostWithTask('204 without a body, but the task exists', { kind: 'answer', status: 204 }),
    'lost-redirect': lost('a redirect, which must not be followed with a key', {
      kind: 'answer',
      status: 307,
      headers: { location: '/_simulator/redirected' },
    }),
    'slow-answer': lostWithTask('the answer comes late, after a quarter of a task’s length', {
      kind: 'delay',
      taskLengths: 0.25,
    }),
  },
  'A task keeps everybody waiting': {
    slow: ends('takes ten times as long', { running: 10 }),
    throttled: ends('THROTTLED for two lengths of a task first', { throttled: 2 }),
    'throttled-forever': ends('THROTTLED for ever', { throttled: FOREVER }),
    'pending-forever': ends('PENDING for ever', { pending: FOREVER }),
    stuck: ends('RUNNING for ever; progress stops at 37 %', { running: FOREVER, progress: 'stuck' }),
    'progress-negative': ends('RUNNING with progress −1', { progress: -1 }),
    'progress-over-one': ends('RUNNING with progress 2', { progress: 2 }),
    'progress-nan': ends('RUNNING with progress null, which is how JSON writes not-a-number', {
      progress: null,
    }),
    'progress-backwards': ends('RUNNING with falling progress', { progress: 'backwards' }),
  },
  'Reads of a task go wrong': {
    'polls-bad': polls(
      'six bad reads in a row: reset, 500, HTML, broken JSON, 429, closed; then all is well',
      inOrder<Fault>(
        { kind: 'reset' },
        json(500, 'Internal server error'),
        html(200),
        BROKEN_HALF,
        slowDown('seconds', 1),
        { kind: 'close' },
      ),
    ),
    'polls-401': polls(
      '401 three times: the key is taken away and given back',
      times(3, json(401, 'Invalid API key.')),
    ),
    'polls-402': polls('402 three times', times(3, json(402, 'Payment required.'))),
    'polls-403': polls('403 three times', times(3, json(403, 'You do not have access to this resource.'))),
    'polls-404': polls(
      '404 three times, then the task is there again',
      times(3, json(404, 'Could not find Task')),
    ),
    'polls-404-forever': polls(
      '404 for ever, although the task runs and costs',
      always<Fault>(json(404, 'Could not find Task')),
    ),
    'polls-hang': polls('the first read gets no answer', once<Fault>({ kind: 'hang' })),
    'cancelled-in-one-l': polls(
      'the task is CANCELED, as a relay writes it',
      always<Fault>({ kind: 'patch', fields: { status: 'CANCELED', cost: { credits: 0 } } }),
    ),
    'unknown-status-forever': polls(
      'a status that nobody has seen before, for ever',
      always<Fault>({ kind: 'patch', fields: { status: 'PREPARING' } }),
    ),
    'failure-emoji': ends(
      'a failure text of 1,999 letters and an emoji',
      failed(`${'x'.repeat(1_999)}😀`, 'ASSET.INVALID'),
    ),
    'failure-broken': ends(
      'a failure text with half an emoji, bidi and control characters',
      failed('half \ud83d of it, \u202egnp.\u001b]0;title\u0007\u0000', 'ASSET.INVALID'),
    ),
    'unknown-status': polls(
      'a status that nobody has seen before, in the first three reads',
      times<Fault>(3, { kind: 'patch', fields: { status: 'PREPARING' } }),
    ),
  },
  'The output is not as it should be': {
    'output-truncated-once': downloads(
      'the first download breaks off in the middle',
      once<Fault>({ kind: 'cut', keep: 0.5, length: 'declared' }),
    ),
    'output-truncated-always': downloads(
      'every download breaks off in the middle',
      always<Fault>({ kind: 'cut', keep: 0.5, length: 'declared' }),
    ),
    'output-cut-quietly': downloads(
      'the first download, sent without a length, ends in the middle: no error is seen',
      once<Fault>({ kind: 'cut', keep: 0.5, length: 'absent' }),
    ),
    'output-expired': ends('the first URL has expired; one more read gives a fresh one', { expiredUrls: 1 }),
    'output-500-once': downloads('500 at the first download', once<Fault>(html(500))),
    'output-hang': downloads('the first download gets no answer', once<Fault>({ kind: 'hang' })),
    'output-html': downloads('a web page in place of the video, every time', always<Fault>(html(200))),
    'output-html-eight-times': downloads(
      'a web page in place of the video, eight times; then the video',
      times(8, html(200)),
    ),
    'output-json': downloads(
      'a JSON error with 200 in place of the video, three times',
      times(3, json(200, 'The file is being prepared.')),
    ),
    'output-404': downloads('404 at the first three downloads', times(3, html(404))),
    'output-redirect': downloads('three redirects, then the video', times<Fault>(3, { kind: 'redirect' })),
    'output-redirects': downloads('redirects without end', always<Fault>({ kind: 'redirect' })),
    'output-drip': downloads('the first download comes at a byte every 20 s', once<Fault>({ kind: 'drip' })),
    'output-html-as-mp4': downloads(
      'a web page that says it is video/mp4, once',
      once<Fault>({ ...html(200), contentType: 'video/mp4' }),
    ),
    'output-wrong-type': downloads(
      'the right bytes as application/octet-stream',
      always<Fault>({ kind: 'answer', status: 200, bytesAs: 'application/octet-stream' }),
    ),
    'output-landscape': ends('a landscape video although a vertical one was asked for', { landscape: true }),
    'output-prores': ends('a whole video in a codec that no browser plays', { prores: true }),
    'output-unasked-audio': ends('an audio track although none was asked for', { sound: true }),
    'output-empty': ends('SUCCEEDED with output []', { output: 'empty' }),
    'output-null': ends('SUCCEEDED with output null', { output: 'null' }),
    'output-two': ends('SUCCEEDED with two URLs', { output: 'two' }),
  },
  'Money and cancelling': {
    'price-mismatch': ends('Runway asks for three times its list price', { priceFactor: 3 }),
    'delete-500-once': {
      about: 'cancelling at Runway gets 500 once',
      lives: always<Life>({ running: 10 }),
      deletes: once<Fault>(json(500, 'Internal server error')),
    },
    'delete-lost': {
      about: 'the connection is reset while cancelling, after the task was deleted',
      lives: always<Life>({ running: 10 }),
      deletes: once<Fault>({ kind: 'reset' }),
    },
  },
} as const satisfies Record<string, Record<string, Scenario>>;

export interface NamedScenario {
  readonly name: string;
  readonly group: string;
  readonly scenario: Scenario;
}

export const SCENARIOS: readonly NamedScenario[] = Object.entries(GROUPS).flatMap(([group, scenarios]) =>
  Object.entries<Scenario>(scenarios).map(([name, scenario]) => ({ name, group, scenario })),
);

const byName = new Map(SCENARIOS.map(({ name, scenario }) => [name, scenario]));

/** What the markers of a prompt ask for, the later ones over the earlier ones; other hashtags mean nothing. */
export function scenarioOf(request: Readonly<Record<string, unknown>>): Scenario {
  const markers = String(request['promptText'] ?? '').matchAll(/#([a-z0-9]+(?:-[a-z0-9]+)*)/g);
  const wanted = [...markers]
    .map(([, name = '']) => byName.get(name))
    .filter((scenario) => scenario !== undefined)
    .filter(({ appliesTo }) => appliesTo?.(request) ?? true);
  return Object.assign({ about: '' }, ...wanted) as Scenario;
}
