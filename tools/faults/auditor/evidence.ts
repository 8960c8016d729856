/** What can be seen of the service from outside, gathered while a fault runs and after it: all that the auditor knows. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { workflowIdOf } from '../../../src/domain/reel';
import { isTerminal } from '../../../src/contract/reel';
import type { Reel } from '../../../src/contract/schemas/reel';
import type { LedgerView } from '../../../src/simulator/ledger/ledger-view';
import { webhooksWorkflowIdOf } from '../../../src/domain/webhook';
import type { Delivery } from '../../stack/webhook-receiver';
import { historiesOf, nameOfRun, replay, textOf } from './replay';
import { SECRETS } from './secrets';
import type { Stack } from '../stack';
import { type Vitals, vitalsOf } from '../soak/vitals';

/** One wish of a client, sent again with the same key until it was answered. */
export interface Order {
  readonly key: string;
  /** Stands in the prompt, and so in the vendor's books. */
  readonly marker: string;
  /** What was allowed. */
  readonly maxCredits?: number;
  readonly webhook: boolean;
  /** Whether a person had the run begin again from an earlier point. */
  readonly isRepeated?: boolean;
  /** IDs of all answers with 200 or 202. */
  readonly ids: readonly string[];
}

export interface Download {
  readonly status: number;
  readonly sha256: string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface Evidence {
  readonly orders: readonly Order[];
  readonly ledger: LedgerView;
  /** What `GET /v1/reels/{id}` showed, in order, without repeats. */
  readonly seen: Readonly<Record<string, readonly Reel[]>>;
  /** HTTP status of the last `GET /v1/reels/{id}`. */
  readonly reads: Readonly<Record<string, number>>;
  readonly downloads: Readonly<Record<string, Download>>;
  /** SHA-256 of what the vendor serves for a task. */
  readonly vendorFiles: Readonly<Record<string, string>>;
  /** Everything below the data folder, as relative paths. */
  readonly files: readonly string[];
  readonly deliveries: readonly Delivery[];
  /** Logs, histories, answers, records: where no secret may be. By a name for people. */
  readonly texts: Readonly<Record<string, string>>;
  /** What a client with another key got, by path: the list of its reels, each reel, its events and its video. */
  readonly stranger: Readonly<Record<string, Answer>>;
  /** What kept a run from replaying, by its workflow and run ID; empty for one that replays. */
  readonly replays: Readonly<Record<string, string>>;
  /** Length of each history, by its workflow and run ID. */
  readonly historyEvents: Readonly<Record<string, number>>;
  /** What the processes of the service hold. */
  readonly vitals: readonly Pick<Vitals, 'process' | 'megabytes' | 'files'>[];
  /** Planned distance of two polls of one task, in milliseconds. */
  readonly pollIntervalMs: number;
}

/** Looks at a reel all the time, as a page would. */
export class Watch {
  readonly seen: Reel[] = [];
  private readonly stopped = new AbortController();
  private readonly loop: Promise<void>;

  constructor(
    private readonly stack: Stack,
    readonly id: string,
  ) {
    this.loop = this.run();
  }

  get last(): Reel | undefined {
    return this.seen.at(-1);
  }

  /** @returns whether the reel has ended. */
  get ended(): boolean {
    return this.last !== undefined && isTerminal(this.last.status);
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.loop;
  }

  private async run(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      const reel = (await this.stack.get(`/v1/reels/${this.id}`).catch(() => undefined)) as Reel | undefined;
      if (reel && JSON.stringify(stable(reel)) !== JSON.stringify(this.last && stable(this.last))) {
        this.seen.push(reel);
      }
      // Nobody stops it after a cell that broke off: it must not keep the process.
      await new Promise((resolve) => setTimeout(resolve, 150).unref());
    }
  }
}

/** Without the links, which are signed anew each time. */
function stable({ links: _links, video, ...reel }: Reel): object {
  return { ...reel, video: video?.sha256 };
}

export async function gather(
  stack: Stack,
  orders: readonly Order[],
  watches: readonly Watch[],
): Promise<Evidence> {
  const ledger = stack.simulator.ledger();
  const seen = Object.fromEntries(watches.map(({ id, seen }) => [id, seen]));
  const ids = [...new Set(orders.flatMap((order) => order.ids))];
  const texts: Record<string, string> = {};
  for (const { name, output } of [stack.api, stack.worker, stack.other]) texts[`log of ${name}`] = output;
  const deliveries = ids.flatMap((id) => stack.receiver.of(id));
  texts['webhooks'] = JSON.stringify(deliveries);
  const reads: Record<string, number> = {};
  const downloads: Record<string, Download> = {};
  const stranger: Record<string, Answer> = { '/v1/reels': await asStranger(stack, '/v1/reels') };
  for (const id of ids) {
    const read = await stack.request(`/v1/reels/${id}`);
    reads[id] = read.status;
    texts[`reel ${id}`] = await read.text();
    const video = await stack.request(`/v1/reels/${id}/video`);
    downloads[id] = { status: video.status, sha256: sha256(Buffer.from(await video.arrayBuffer())) };
    for (const route of [`/v1/reels/${id}`, `/v1/reels/${id}/events`, `/v1/reels/${id}/video`]) {
      stranger[route] = await asStranger(stack, route);
    }
  }
  const histories = await historiesOf(
    stack,
    ids.flatMap((id) => [workflowIdOf(id), webhooksWorkflowIdOf(id)]),
  );
  for (const one of histories) texts[`history of ${nameOfRun(one)}`] = textOf(one);
  const files = filesOf(stack.dataDir);
  for (const file of files.filter((name) => ids.some((id) => name.includes(id)) && !name.endsWith('.mp4'))) {
    texts[file] = readText(path.join(stack.dataDir, file));
  }
  const vendorFiles: Record<string, string> = {};
  for (const task of tasksOf(ledger, orders)) {
    const { id } = task;
    const url = task.status === 'SUCCEEDED' ? await outputUrl(stack, id) : undefined;
    if (url !== undefined) vendorFiles[id] = sha256(Buffer.from(await (await fetch(url)).arrayBuffer()));
  }
  return {
    orders,
    ledger,
    seen,
    reads,
    downloads,
    vendorFiles,
    stranger,
    replays: await replay(histories),
    historyEvents: Object.fromEntries(
      histories.map((one) => [nameOfRun(one), one.history.events?.length ?? 0]),
    ),
    vitals: [stack.api, stack.worker].flatMap((child) => vitalsOf(child) ?? []),
    texts,
    files,
    deliveries,
    pollIntervalMs: stack.pollIntervalMs,
  };
}

/** The POSTs that reached the vendor for an order. */
export function postsOf(ledger: LedgerView, orders: readonly Pick<Order, 'marker'>[]): LedgerView['posts'] {
  return ledger.posts.filter(({ prompt = '' }) => orders.some(({ marker }) => prompt.includes(marker)));
}

/** The tasks that the vendor made for an order. */
export function tasksOf(ledger: LedgerView, orders: readonly Pick<Order, 'marker'>[]): LedgerView['tasks'] {
  const made = new Set(postsOf(ledger, orders).map(({ taskId }) => taskId));
  return ledger.tasks.filter(({ id }) => made.has(id));
}

/** As the vendor's own page would show it: not through the service, and not through the faults. */
export async function outputUrl(stack: Stack, taskId: string): Promise<string | undefined> {
  const headers = { authorization: `Bearer key_${'0'.repeat(128)}`, 'x-runway-version': '2024-11-06' };
  const answer = await fetch(`${stack.simulator.url}/v1/tasks/${taskId}`, { headers });
  return ((await answer.json()) as { output?: string[] }).output?.[0];
}

async function asStranger(stack: Stack, route: string): Promise<Answer> {
  const headers = { authorization: `Bearer ${SECRETS.strangersKey}` };
  const answer = await stack.request(route, { headers });
  // A stream that was opened is a finding already, and would not end.
  if (answer.headers.get('content-type')?.startsWith('application/') !== true) {
    await answer.body?.cancel();
    return { status: answer.status, text: '' };
  }
  return { status: answer.status, text: await answer.text() };
}

export function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true }).map((file) => String(file).split(path.sep).join('/'));
}

/** Empty for a folder, and for what was removed meanwhile. */
function readText(file: string): string {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file, 'latin1') : '';
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
