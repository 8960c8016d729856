/** Holds everything that came of a soak against the auditor's invariants: each reel by itself, since they are many. */
import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Connection } from '@temporalio/client';
import { exportHistory } from '../../stack/history';
import { inParallel } from '../../bench/in-parallel';
import { isTerminal } from '../../../src/contract/reel';
import type { Reel } from '../../../src/contract/schemas/reel';
import type { LedgerView, PostView, TaskView } from '../../../src/simulator/ledger/ledger-view';
import { audit, leftBehind } from '../auditor/auditor';
import { type Evidence, filesOf, gather, type Order, outputUrl } from '../auditor/evidence';
import { SECRETS } from '../auditor/secrets';
import type { Ordered, SoakLoad } from './soak-load';
import type { Stack } from '../stack';
import { tellingFaults } from '../auditor/webhook-audit';

export interface SoakViolation {
  readonly invariant: string;
  readonly what: string;
}

export interface SoakAudit {
  readonly violations: readonly SoakViolation[];
  /** Of the reels: `succeeded`, or `failed (code)`, and how many. */
  readonly ends: Readonly<Record<string, number>>;
  readonly tasks: number;
  readonly credits: { readonly vendor: number; readonly charged: number; readonly uncertain: number };
  readonly webhooks: number;
  readonly polls: number;
  /** Reels whose histories were replayed, and that a stranger asked for. */
  readonly sampled: number;
}

const AT_ONCE = 6;

/** @param sample of so many reels all is looked at, also what takes long: histories, and what a stranger sees. */
export async function auditSoak(
  stack: Stack,
  load: SoakLoad,
  ledger: LedgerView,
  { sample, logs }: { readonly sample: number; readonly logs: readonly string[] },
): Promise<SoakAudit> {
  const violations: SoakViolation[] = [...load.faults];
  const orders = [...load.orders.values()].filter(({ ids }) => ids.length > 0);
  const postsOf = new Map<string, PostView[]>();
  for (const post of ledger.posts) {
    const marker = /soak-\d+-/.exec(post.prompt ?? '')?.[0] ?? '';
    postsOf.set(marker, [...(postsOf.get(marker) ?? []), post]);
    if (!load.orders.has(marker)) violations.push({ invariant: 'one task', what: 'a POST of no order' });
  }
  const tasks = new Map(ledger.tasks.map((task) => [task.id, task]));
  const files = new Map<string, string[]>();
  const strays: string[] = [];
  for (const file of filesOf(stack.dataDir)) {
    const id = /(?:^|\/)reels\/([^/]+)\//.exec(file)?.[1];
    if (id === undefined) strays.push(file);
    else files.set(id, [...(files.get(id) ?? []), file]);
  }
  for (const file of leftBehind({ files: strays, orders: [] })) {
    violations.push({ invariant: 'one file', what: `${file} was left behind` });
  }

  const ends: Record<string, number> = {};
  const credits = { vendor: ledger.credits.charged, charged: 0, uncertain: 0 };
  const lastSeen = new Map<string, Reel>();
  await inParallel(orders.length, AT_ONCE, async (index) => {
    const order = orders[index];
    const id = order?.ids[0];
    if (!order || id === undefined) return;
    const posts = postsOf.get(order.marker) ?? [];
    const evidence = await evidenceOf(stack, order, {
      ...ledger,
      posts,
      tasks: posts.flatMap(({ taskId = '' }) => tasks.get(taskId) ?? []),
    });
    const reel = evidence.seen[id]?.at(-1);
    if (reel) lastSeen.set(id, reel);
    violations.push(...audit({ ...evidence, files: files.get(id) ?? [] }, Object.values(SECRETS)));
    const end = reel ? `${reel.status}${reel.failure ? ` (${reel.failure.code})` : ''}` : 'not readable';
    ends[end] = (ends[end] ?? 0) + 1;
    if (!reel) return;
    credits.charged += reel.credits.charged;
    credits.uncertain += reel.credits.uncertain;
    // Nobody decides, and the time for it is short: after that it has to have ended.
    if (!isTerminal(reel.status)) violations.push({ invariant: 'ends', what: `${id} is ${reel.status}` });
    for (const what of tellingFaults(reel, order.tellings)) violations.push({ invariant: 'webhooks', what });
  });
  if (credits.charged > credits.vendor || credits.charged + credits.uncertain < credits.vendor) {
    const what = `the vendor charged ${credits.vendor}, the reels say ${JSON.stringify(credits)}`;
    violations.push({ invariant: 'credits', what });
  }

  const step = Math.max(1, Math.floor(orders.length / sample));
  const sampled = orders.filter((_order, index) => index % step === 0).slice(0, sample);
  const whole = await gather(stack, sampled.map(auditable), []);
  await keepBroken(stack, whole.replays);
  const seen = Object.fromEntries(
    sampled.flatMap(({ ids: [id = ''] }) => (lastSeen.has(id) ? [[id, [lastSeen.get(id) as Reel]]] : [])),
  );
  violations.push(...audit({ ...whole, seen, ledger, vitals: [] }, Object.values(SECRETS)));
  for (const log of logs) {
    for (const secret of await secretsIn(log)) {
      violations.push({ invariant: 'secrets', what: `${path.basename(log)} holds ${secret.slice(0, 12)}…` });
    }
  }
  return {
    violations,
    ends,
    tasks: ledger.tasks.length,
    credits,
    webhooks: orders.reduce((sum, { tellings }) => sum + tellings.length, 0),
    polls: ledger.tasks.reduce((sum: number, { polls }: TaskView) => sum + polls.length, 0),
    sampled: sampled.length,
  };
}

/** Webhooks are judged apart: their signatures were, when they came. */
function auditable({ marker, ids }: Ordered): Order {
  return { key: `key-${marker}`, marker, webhook: false, ids };
}

async function evidenceOf(stack: Stack, order: Ordered, ledger: LedgerView): Promise<Evidence> {
  const id = order.ids[0] ?? '';
  const read = await stack.request(`/v1/reels/${id}`);
  const text = await read.text();
  const reel = read.status === 200 ? (JSON.parse(text) as Reel) : undefined;
  const video = await stack.request(`/v1/reels/${id}/video`);
  const download = { status: video.status, sha256: sha256(await video.arrayBuffer()) };
  const vendorFiles: Record<string, string> = {};
  for (const task of ledger.tasks) {
    const url = task.status === 'SUCCEEDED' ? await outputUrl(stack, task.id) : undefined;
    if (url !== undefined) vendorFiles[task.id] = sha256(await (await fetch(url)).arrayBuffer());
  }
  return {
    orders: [auditable(order)],
    ledger,
    seen: { [id]: [...(order.ended ? [order.ended] : []), ...(reel ? [reel] : [])] },
    reads: { [id]: read.status },
    downloads: { [id]: download },
    vendorFiles,
    files: [],
    deliveries: [],
    texts: { [`reel ${id}`]: text },
    stranger: {},
    replays: {},
    historyEvents: {},
    // Judged over the whole time, by their flatness.
    vitals: [],
    pollIntervalMs: stack.pollIntervalMs,
  };
}

/** The service and its histories are gone afterwards: one that does not replay is needed to see why. */
async function keepBroken({ client }: Stack, replays: Evidence['replays']): Promise<void> {
  const broken = Object.keys(replays).filter((run) => replays[run] !== '');
  if (broken.length === 0) return;
  const folder = mkdtempSync(path.join(tmpdir(), 'reels-soak-histories-'));
  const { address } = (client.connection as Connection).options;
  const temporal = { address, namespace: client.options.namespace };
  for (const run of broken) {
    const [workflowId = '', runId] = run.split(' ');
    writeFileSync(
      path.join(folder, `${workflowId}.json`),
      await exportHistory(temporal, { workflowId, runId }),
    );
  }
  console.log(`${broken.length} histories that do not replay are in ${folder}`);
}

/** A log of an hour is too long for one string. */
async function secretsIn(file: string): Promise<string[]> {
  const found = new Set<string>();
  const secrets = Object.values(SECRETS);
  const overlap = Math.max(...secrets.map(({ length }) => length));
  let tail = '';
  for await (const chunk of createReadStream(file, 'latin1')) {
    const text = tail + String(chunk);
    for (const secret of secrets) if (text.includes(secret)) found.add(secret);
    tail = text.slice(-overlap);
  }
  return [...found];
}

function sha256(bytes: ArrayBuffer): string {
  return createHash('sha256').update(Buffer.from(bytes)).digest('hex');
}
