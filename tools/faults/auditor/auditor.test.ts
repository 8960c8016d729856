/** The auditor itself: it holds for a sound run, and each invariant can be broken and is then named. */
import { Webhook } from 'standardwebhooks';
import type { Reel } from '../../../src/contract/schemas/reel';
import { audit, INVARIANTS, type Invariant } from './auditor';
import type { Evidence } from './evidence';
import type { Delivery } from '../../stack/webhook-receiver';
import { SECRETS } from './secrets';

const ID = 'sim-abcdefghijklmnopqrstuvwxyz';
const HASH = 'a'.repeat(64);
const at = (ms: number) => new Date(Date.UTC(2030, 0, 1) + ms).toISOString();

const DONE = {
  id: ID,
  status: 'succeeded',
  phase: 'done',
  progress: 1,
  generations: [
    { number: 1, status: 'succeeded', runwayTaskId: 'task-1', estimatedCredits: 80, credits: 80 },
  ],
  credits: { estimated: 80, charged: 80, uncertain: 0 },
  video: { sha256: HASH },
} as unknown as Reel;
const RUNNING = { ...DONE, status: 'in_progress', phase: 'running', progress: 0.5, video: undefined } as Reel;
const TASK = {
  id: 'task-1',
  createdAt: at(100),
  status: 'SUCCEEDED',
  credits: { estimated: 80, charged: 80 },
  polls: [
    { at: at(500), answer: 'RUNNING' },
    { at: at(1_000), answer: 'SUCCEEDED' },
    { at: at(1_050), answer: 'SUCCEEDED' },
  ],
  deletes: [],
  downloads: [],
} as unknown as Evidence['ledger']['tasks'][number];

const POST = {
  number: 1,
  at: at(0),
  endpoint: 'text_to_video',
  prompt: 'a cell',
  taskId: 'task-1',
} as const;

function told(type: string, id = 'evt_1', secret: string = SECRETS.webhook, status = 204): Delivery {
  const body = JSON.stringify({ type, data: { id: ID } });
  const now = new Date();
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign(id, now, body),
  };
  return { at: now.toISOString(), path: '/cell', headers, body, status };
}

const SOUND: Evidence = {
  orders: [{ key: 'key-cell', marker: 'cell', webhook: true, ids: [ID, ID] }],
  ledger: {
    posts: [POST],
    tasks: [TASK],
    credits: { balance: 920, charged: 80, refunded: 0 },
    daily: {},
    redirectsFollowed: 0,
  },
  seen: { [ID]: [RUNNING, DONE] },
  reads: { [ID]: 200 },
  downloads: { [ID]: { status: 200, sha256: HASH } },
  vendorFiles: { 'task-1': HASH },
  files: ['signing.key', `simulated/reels/${ID}/reel.json`, `simulated/reels/${ID}/generation-1.mp4`],
  deliveries: [told('reel.succeeded'), told('reel.succeeded')],
  texts: { 'log of api': 'answered' },
  stranger: {
    '/v1/reels': { status: 200, text: '{"items":[]}' },
    [`/v1/reels/${ID}`]: { status: 404, text: '' },
  },
  replays: { [`reel-${ID} run`]: '' },
  historyEvents: { [`reel-${ID} run`]: 41 },
  vitals: [{ process: 'worker', megabytes: 250, files: 40 }],
  pollIntervalMs: 500,
};

function invariantsBroken(change: Partial<Evidence>): Invariant[] {
  const found = audit({ ...SOUND, ...change }, Object.values(SECRETS));
  return [...new Set(found.map(({ invariant }) => invariant))];
}

const ledger = (change: Partial<Evidence['ledger']>) => ({ ledger: { ...SOUND.ledger, ...change } });
const tasks = (...changed: object[]) => ledger({ tasks: changed.map((change) => ({ ...TASK, ...change })) });
const seen = (...reels: object[]) => ({ seen: { [ID]: reels as Reel[] } });
const order = (change: object) => ({ orders: [{ ...SOUND.orders[0], ...change }] as Evidence['orders'] });
const polls = (...times: number[]) =>
  tasks({ polls: times.map((ms) => ({ at: at(ms), answer: 'RUNNING' })), status: 'SUCCEEDED' });
const secondTask = {
  posts: [
    ...SOUND.ledger.posts,
    { number: 2, at: at(9), endpoint: 'text_to_video' as const, prompt: 'a cell', taskId: 'task-2' },
  ],
  tasks: [TASK, { ...TASK, id: 'task-2', credits: { estimated: 80, charged: 0 } }],
};
/** The first generation failed for nothing, the second one made the reel. */
const regenerated = seen(RUNNING, {
  ...DONE,
  generations: [
    { ...DONE.generations[0], number: 1, runwayTaskId: 'task-2', status: 'failed', credits: 0 },
    { ...DONE.generations[0], number: 2 },
  ],
});
const FAILED = { ...DONE, status: 'failed', video: undefined };
const failed = { ...seen(RUNNING, FAILED), files: [], downloads: { [ID]: { status: 404, sha256: '' } } };

test('a sound run breaks nothing', () => {
  expect(audit(SOUND, Object.values(SECRETS))).toEqual([]);
});

const SOUND_TOO: readonly [string, Partial<Evidence>][] = [
  [
    'a generation that failed for nothing makes room for the next',
    {
      ...order({ maxCredits: 100 }),
      ...regenerated,
      ...ledger({
        ...secondTask,
        tasks: [
          TASK,
          {
            ...TASK,
            id: 'task-2',
            createdAt: at(10),
            status: 'FAILED',
            credits: { estimated: 80, charged: 0 },
            polls: [{ at: at(60), answer: 'FAILED' }],
          },
        ],
      }),
    },
  ],
  [
    'a generation that ended without a video has no progress any more',
    {
      ...failed,
      ...seen(RUNNING, {
        ...FAILED,
        progress: 0,
        generations: [{ ...DONE.generations[0], status: 'failed' }],
      }),
      deliveries: [told('reel.failed')],
    },
  ],
  [
    'a download that is tried again after pauses that double',
    tasks({
      downloads: [0, 1, 3, 7, 15, 31].map((s) => ({ at: at(2_000 + 1_000 * s), answer: '503' })),
    }),
  ],
  [
    'a reel that waits for a decision has not ended, and need not',
    { ...failed, ...seen(RUNNING, { ...FAILED, status: 'needs_decision' }) },
  ],
  [
    'credits that may have been charged stand as uncertain',
    seen(RUNNING, { ...DONE, credits: { estimated: 80, charged: 0, uncertain: 80 } }),
  ],
  [
    'a task that runs on at the vendor has no price yet',
    {
      ...tasks({ status: 'RUNNING', credits: { estimated: 80, charged: 80 } }),
      ...seen(RUNNING, { ...DONE, credits: { estimated: 80, charged: 0, uncertain: 0 } }),
    },
  ],
  [
    'a look before a task is ended is no poll',
    tasks({
      polls: [
        { at: at(500), answer: 'RUNNING' },
        { at: at(600), answer: 'RUNNING' },
      ],
      deletes: [{ at: at(650), answer: '204' }],
    }),
  ],
  [
    'the progress of a second generation begins anew',
    {
      ...seen({ ...RUNNING, generations: [], progress: 0.9 }, { ...RUNNING, progress: 0.1 }, DONE),
    },
  ],
  [
    'a decision is told before the end',
    { ...failed, deliveries: [told('reel.needs_decision', 'evt_0'), told('reel.failed')] },
  ],
  [
    'a reel that was terminated in Temporal tells nothing',
    { ...failed, ...seen(RUNNING, { ...FAILED, failure: { code: 'stopped_by_operator' } }), deliveries: [] },
  ],
  [
    'a webhook that was refused is told again with its ID',
    { deliveries: [told('reel.succeeded', 'evt_1', SECRETS.webhook, 500), told('reel.succeeded')] },
  ],
  [
    'the part of a file of another reel is not this one’s',
    { files: [...SOUND.files, 'simulated/reels/sim-other/x.part'] },
  ],
  [
    'an order that was refused, and cost nothing',
    { ...order({ ids: [] }), ...ledger({ tasks: [], posts: [] }), deliveries: [] },
  ],
];

test.each(SOUND_TOO)('sound: %s', (_what, change) => {
  expect(invariantsBroken(change)).toEqual([]);
});

const BROKEN: readonly [Invariant, string, Partial<Evidence>][] = [
  ['readable', 'an accepted reel is not found', { reads: { [ID]: 404 } }],
  ['readable', 'an accepted reel was never seen', seen()],
  ['ends', 'a reel that still runs', { ...seen(RUNNING), downloads: {} }],
  ['one task', 'two tasks for one generation', ledger(secondTask)],
  [
    'one task',
    'one task for two generations',
    seen(RUNNING, { ...DONE, generations: [...DONE.generations, { ...DONE.generations[0], number: 2 }] }),
  ],
  [
    'credits',
    'the vendor charged more than the reel tells',
    tasks({ credits: { estimated: 80, charged: 100 } }),
  ],
  [
    'credits',
    'the vendor charged less than the reel tells',
    tasks({ credits: { estimated: 80, charged: 0 } }),
  ],
  ['credits', 'a refused order was charged', { ...order({ ids: [] }), deliveries: [] }],
  ['max credits', 'it cost more than was allowed', order({ maxCredits: 40 })],
  [
    'max credits',
    'another was begun while the first one could still cost its estimate',
    {
      ...order({ maxCredits: 100 }),
      ...regenerated,
      ...ledger({
        ...secondTask,
        tasks: [TASK, { ...secondTask.tasks[1], createdAt: at(50) } as typeof TASK],
      }),
    },
  ],
  [
    'calls',
    'a paid POST that is sent again and again',
    ledger({
      posts: Array.from({ length: 6 }, (_, n) => ({
        ...POST,
        number: n + 1,
        taskId: n ? undefined : 'task-1',
      })),
    }),
  ],
  [
    'calls',
    'a download that is begun at once whenever it fails',
    tasks({ downloads: Array.from({ length: 9 }, (_, n) => ({ at: at(2_000 + n), answer: '503' })) }),
  ],
  [
    'calls',
    'reads of an ended task without a pause',
    tasks({
      polls: [...TASK.polls, ...Array.from({ length: 9 }, () => ({ at: at(2_000), answer: 'SUCCEEDED' }))],
    }),
  ],
  ['calls', 'a receiver that is told without a pause', { deliveries: Array(9).fill(told('reel.succeeded')) }],
  ['bounded', 'a history that grows with each poll', { historyEvents: { [`reel-${ID} run`]: 300 } }],
  ['bounded', 'memory', { vitals: [{ process: 'worker', megabytes: 900, files: 40 }] }],
  ['bounded', 'open files', { vitals: [{ process: 'api', megabytes: 100, files: 900 }] }],
  ['one file', 'no file', { files: [] }],
  ['one file', 'two files', { files: [...SOUND.files, `simulated/reels/${ID}/generation-2.mp4`] }],
  ['one file', 'other bytes than the vendor’s', { vendorFiles: { 'task-1': 'b'.repeat(64) } }],
  [
    'one file',
    'a hash that is not the file’s',
    { downloads: { [ID]: { status: 200, sha256: 'b'.repeat(64) } } },
  ],
  [
    'one file',
    'a part of a file',
    { files: [...SOUND.files, `simulated/reels/${ID}/generation-1.mp4.1.part`] },
  ],
  ['one file', 'a lock', { files: [...SOUND.files, `simulated/reels/${ID}/last-poll.1.lock`] }],
  [
    'one file',
    'a failed reel that has a video',
    { ...failed, downloads: SOUND.downloads, deliveries: [told('reel.failed')] },
  ],
  ['downloadable', 'a missing file', { downloads: { [ID]: { status: 404, sha256: HASH } } }],
  ['state machine', 'an end that changes', { ...seen(RUNNING, FAILED, DONE) }],
  ['state machine', 'a way back', { ...seen(RUNNING, { ...RUNNING, status: 'queued' }, DONE) }],
  ['state machine', 'progress that falls', seen(RUNNING, { ...RUNNING, progress: 0.4 }, DONE)],
  ['state machine', 'a lost generation', seen(RUNNING, { ...RUNNING, generations: [] }, DONE)],
  [
    'state machine',
    'a price that changes after the end',
    seen({ ...DONE, credits: { ...DONE.credits, charged: 40 } }, DONE),
  ],
  ['state machine', 'a video that changes after the end', seen({ ...DONE, video: { sha256: 'b' } }, DONE)],
  ['webhooks', 'nothing was told', { deliveries: [] }],
  [
    'webhooks',
    'a terminated reel that is told as another',
    { ...failed, ...seen(RUNNING, { ...FAILED, failure: { code: 'stopped_by_operator' } }) },
  ],
  [
    'webhooks',
    'what was told was refused',
    { deliveries: [told('reel.succeeded', 'evt_1', SECRETS.webhook, 500)] },
  ],
  [
    'webhooks',
    'what was told was never answered',
    { deliveries: [{ ...told('reel.succeeded'), status: undefined }] },
  ],
  [
    'webhooks',
    'another end was told',
    { deliveries: [told('reel.failed', 'evt_0'), told('reel.succeeded')] },
  ],
  [
    'webhooks',
    'one event with two IDs',
    { deliveries: [told('reel.succeeded', 'evt_0'), told('reel.succeeded')] },
  ],
  [
    'webhooks',
    'one ID for two events',
    { deliveries: [told('reel.needs_decision'), told('reel.succeeded'), told('reel.succeeded', 'evt_2')] },
  ],
  [
    'webhooks',
    'a signature with another secret',
    {
      deliveries: [
        told('reel.succeeded', 'evt_1', `whsec_${Buffer.from('x'.repeat(32)).toString('base64')}`),
      ],
    },
  ],
  [
    'webhooks',
    'a decision that is told after the end',
    { ...failed, deliveries: [told('reel.failed'), told('reel.needs_decision', 'evt_2')] },
  ],
  ['spacing', 'two polls at once', polls(500, 510)],
  ['spacing', 'the last poll comes too soon', polls(500, 1_000, 1_300)],
  ['one reel', 'two reels of one key', order({ ids: [ID, 'sim-other'] })],
  ['strangers', 'a stranger reads it', { stranger: { [`/v1/reels/${ID}`]: { status: 200, text: '' } } }],
  [
    'strangers',
    'a stranger’s list names it',
    { stranger: { '/v1/reels': { status: 200, text: `[{"id":"${ID}"}]` } } },
  ],
  ['secrets', 'a redirect was followed', ledger({ redirectsFollowed: 1 })],
  ['secrets', 'a key in a log', { texts: { 'log of api': `key ${SECRETS.apiKey}` } }],
  ['secrets', 'a webhook’s secret in a history', { texts: { 'history of it': `x${SECRETS.webhook}x` } }],
  ['replay', 'a history that does not replay', { replays: { [`reel-${ID} run`]: 'TMPRL1100' } }],
];

test.each(BROKEN)('%s: %s', (invariant, _what, change) => {
  expect(invariantsBroken(change)).toEqual([invariant]);
});

test('every invariant is broken here at least once', () => {
  expect(new Set(BROKEN.map(([invariant]) => invariant))).toEqual(new Set(Object.keys(INVARIANTS)));
});
