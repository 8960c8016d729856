/**
 * One deliberate bug for each invariant. All of them are in one build, and each is awake only for the order whose
 * marker names it, so one service shows them all and a sound reel beside them.
 */
import type { Invariant } from './auditor';
import type { Change } from '../../stack/build';

export interface Mutant {
  /** Stands in the prompt and in the webhook's URL. */
  readonly name: string;
  /** What the auditor has to report: these, and nothing else. */
  readonly breaks: readonly Invariant[];
  readonly changes: readonly Change[];
  /** Fields of the order beside its usual ones. */
  readonly request?: Readonly<Record<string, unknown>>;
  /** Follows the marker in the prompt. */
  readonly scenario?: string;
  /** How many webhooks are waited for. */
  readonly tellings?: number;
  /** The reel is not expected to be seen at its end. */
  readonly endless?: boolean;
}

const asked = (name: string, request = 'args.request'): string => `${request}.promptText.includes('${name}')`;

/** Where the activity is an object that keeps its arguments. */
const OWN_REQUEST = 'this.args.request';

/** A URL in place of a prompt, which webhooks do not carry. */
const toldTo = (name: string): string => `receiver.url.includes('${name}')`;

const OTHER_SECRET = `whsec_${Buffer.from('somebody-elses-webhook-secret-00').toString('base64')}`;

/** A log belongs to no order: this one is awakened by a request, at the end. */
export const LOGGED_KEY: Change = {
  file: 'api/http/access-log.js',
  find: 'const started = process.hrtime.bigint();',
  replace: `if (req.url.includes('bug-logged-key')) process.stderr.write(req.headers.authorization); $&`,
};

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'bug-forgotten',
    breaks: ['readable'],
    endless: true,
    changes: [
      {
        file: 'api/reels/view/reel-finder.js',
        find: 'const view = await kept(id, stored, unreachable);',
        replace: `let view = await kept(id, stored, unreachable);
          if (view?.status === 'succeeded' && ${asked('bug-forgotten', 'view.request')}) view = undefined;`,
      },
    ],
  },
  {
    name: 'bug-endless',
    breaks: ['ends'],
    endless: true,
    changes: [
      {
        file: 'activities/store/store-output.js',
        find: 'const [url, ...others] = (await this.readTask(signal)).output;',
        replace: `if (${asked('bug-endless', OWN_REQUEST)}) await new Promise(() => {}); $&`,
      },
    ],
  },
  {
    // What was charged for the first is on no reel, so it is missing there as well.
    name: 'bug-submits-twice',
    breaks: ['one task', 'credits'],
    changes: [
      {
        file: 'activities/submit/submit-generation.js',
        find: 'const outcome = await runway.submit(',
        replace: `if (${asked('bug-submits-twice')}) await runway.submit(create, { timeoutMs: args.timeoutMs, sendBefore }); $&`,
      },
    ],
  },
  {
    name: 'bug-sum',
    breaks: ['credits'],
    changes: [
      {
        file: 'api/reels/view/public-reel.js',
        find: 'credits: view.credits,',
        replace: `credits: ${asked('bug-sum', 'view.request')} ? { ...view.credits, charged: view.credits.charged / 2 } : view.credits,`,
      },
    ],
  },
  {
    name: 'bug-longer',
    breaks: ['max credits'],
    request: { duration: 4, maxCredits: 40 },
    changes: [
      {
        file: 'activities/submit/submit-generation.js',
        find: 'const create = (0, _createbody.buildCreate)(args.request,',
        replace: `const create = (0, _createbody.buildCreate)(${asked('bug-longer')} ? { ...args.request, duration: 8 } : args.request,`,
      },
      {
        // Told the price, the reel would end the task at once: before it costs anything, on a fast machine.
        file: 'activities/submit/submit-generation.js',
        find: 'const answer = submitted(outcome);',
        replace: `const answer = submitted(${asked('bug-longer')} ? { ...outcome, estimatedCredits: undefined } : outcome);`,
      },
    ],
  },
  {
    name: 'bug-bytes',
    breaks: ['one file'],
    changes: [
      {
        file: 'activities/store/store-output.js',
        find: 'const { body: source, bytes: expectedBytes } = download;',
        // An empty box at the end: the file is still a whole and valid video.
        replace: `let { body: source, bytes: expectedBytes } = download;
          if (${asked('bug-bytes', OWN_REQUEST)}) {
            source = require('node:stream').Readable.from((async function* () {
              yield* download.body;
              yield Buffer.from([0, 0, 0, 8, 0x66, 0x72, 0x65, 0x65]);
            })());
            expectedBytes = undefined;
          }`,
      },
    ],
  },
  {
    name: 'bug-leftover',
    breaks: ['one file'],
    changes: [
      {
        file: 'activities/store/store-output.js',
        find: 'return this.result(video, others);',
        replace: `if (${asked('bug-leftover', OWN_REQUEST)}) {
            const { path } = await storage.openVideo(reelId, generation);
            require('node:fs').writeFileSync(path + '.1.part', '');
          } $&`,
      },
    ],
  },
  {
    name: 'bug-lost-file',
    breaks: ['downloadable'],
    changes: [
      {
        file: 'api/reels/video.js',
        find: 'const file = await storage.openVideo(id, generation.number);',
        // Kept in the memory of the process that saw it end, and so gone after a restart.
        replace: `const startedAt = Date.now() - 1_000 * process.uptime();
          const forgot = ${asked('bug-lost-file', 'view.request')} && Date.parse(view.finishedAt) < startedAt;
          const file = forgot ? undefined : await storage.openVideo(id, generation.number);`,
      },
    ],
  },
  {
    name: 'bug-backwards',
    breaks: ['state machine'],
    changes: [
      {
        file: 'api/reels/view/public-reel.js',
        find: 'const progress = progressOf(view);',
        replace: `const progress = ${asked('bug-backwards', 'view.request')} ? 1 - (view.progress ?? 0) : progressOf(view);`,
      },
    ],
  },
  {
    name: 'bug-signature',
    breaks: ['webhooks'],
    changes: [
      {
        file: 'activities/webhooks/send-webhook.js',
        find: 'secrets.map(({ secret })=>secret)',
        replace: `secrets.map(({ secret })=>${toldTo('bug-signature')} ? '${OTHER_SECRET}' : secret)`,
      },
    ],
  },
  {
    name: 'bug-new-ids',
    breaks: ['webhooks'],
    tellings: 2,
    changes: [
      {
        file: 'activities/webhooks/send-webhook.js',
        find: 'const result = tryOf(answer, now);',
        replace: `if (${toldTo('bug-new-ids')}) await (0, _postwebhook.postWebhook)({
            url: receiver.url, allowLoopback: true, body,
            headers: { 'content-type': 'application/json', ...(0, _postwebhook.signedHeaders)({ id: event.id + '-again' }, body, secrets.map(({ secret })=>secret), now) },
          }); $&`,
      },
    ],
  },
  {
    name: 'bug-swapped',
    breaks: ['webhooks'],
    scenario: '#lost-hang',
    tellings: 2,
    changes: [
      {
        file: 'activities/webhooks/send-webhook.js',
        find: '(0, _postwebhook.postWebhook)({',
        // The first one is held until the second one was sent.
        replace: `(async (request) => {
            if (!${toldTo('bug-swapped')}) return (0, _postwebhook.postWebhook)(request);
            if (event.body.type === 'reel.needs_decision') {
              globalThis.heldWebhook = () => (0, _postwebhook.postWebhook)({ ...request, signal: undefined });
              return { status: 204 };
            }
            const sent = await (0, _postwebhook.postWebhook)(request);
            await globalThis.heldWebhook?.();
            return sent;
          })({`,
      },
    ],
  },
  {
    name: 'bug-polls',
    breaks: ['spacing'],
    changes: [
      {
        // A wait is not told the prompt.
        file: 'activities/submit/submit-generation.js',
        find: 'const estimate = (0, _prices.estimateCredits)(args.request);',
        replace: `if (${asked('bug-polls')}) (globalThis.polledTwice ??= new Set()).add(args.reelId); $&`,
      },
      {
        file: 'activities/await/await-generation.js',
        find: 'const read = await runway.readTask(',
        // Once: each time would be more calls than the policies allow as well.
        replace: `if (globalThis.polledTwice?.delete(this.args.reelId)) await runway.readTask(runwayTaskId); $&`,
      },
    ],
  },
  {
    name: 'bug-hammers',
    breaks: ['calls'],
    changes: [
      {
        file: 'activities/store/store-output.js',
        find: 'const [url, ...others] = (await this.readTask(signal)).output;',
        replace: `$& if (${asked('bug-hammers', OWN_REQUEST)}) for (let n = 0; n < 12; n++) await (await fetch(url)).arrayBuffer();`,
      },
    ],
  },
  {
    name: 'bug-chatty',
    breaks: ['bounded'],
    changes: [
      {
        // Signals that nothing listens to: the commands stay as they are, and the history grows all the same.
        file: 'activities/webhooks/enqueue-webhook.js',
        find: 'const start = (0, _webhook.deliveryStart)(head);',
        replace: `$& if (${asked('bug-chatty', 'head.request')}) {
            for (let n = 0; n < 150; n++) await workflow.getHandle('reel-' + head.id).signal('chat');
          }`,
      },
    ],
  },
  {
    name: 'bug-keyless',
    breaks: ['one reel'],
    changes: [
      {
        file: 'api/reels/order/idempotency.js',
        find: 'args.key === undefined ?',
        replace: `args.key === undefined || args.key.includes('bug-keyless') ?`,
      },
    ],
  },
  {
    name: 'bug-open-door',
    breaks: ['strangers'],
    changes: [
      {
        file: 'api/reels/view/reel-finder.js',
        find: 'if (view?.client === clientName) return view;',
        replace: `if (view && ${asked('bug-open-door', 'view.request')}) return view; $&`,
      },
    ],
  },
  {
    name: 'bug-key-in-history',
    breaks: ['secrets'],
    changes: [
      {
        file: 'activities/store/store-output.js',
        find: 'if (others.length > 0) {',
        replace: `if (${asked('bug-key-in-history', 'request')}) warnings.push(process.env.WEBHOOK_SECRET); $&`,
      },
    ],
  },
  {
    name: 'bug-other-order',
    breaks: ['replay'],
    changes: [
      {
        file: 'workflow-bundle.js',
        find: 'accepted = await activities.acceptReel.executeWithOptions(',
        replace: `if (${asked('bug-other-order', 'input.request')}) await (0, _workflow.sleep)(1); $&`,
      },
    ],
  },
];
