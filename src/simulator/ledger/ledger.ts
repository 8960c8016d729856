import { type Account, DEFAULT_ACCOUNT } from './account';
import { Journal } from './journal';
import type { LedgerView, PostEndpoint, TaskView } from './ledger-view';
import type { RoutedRequest, Router } from '../vendor/router-shapes';
import { chargeOfDeleted, endOf, type Task, taskState, type TaskState } from '../vendor/task';

const DAY_MS = 86_400_000;

/** What happened, in order. The whole state of the simulator follows from these and the clock. */
export type Entry =
  | { readonly type: 'account'; readonly at: number; readonly change: Partial<Account> }
  | {
      readonly type: 'post';
      readonly at: number;
      readonly endpoint: PostEndpoint;
      readonly model?: string;
      readonly prompt?: string;
    }
  | { readonly type: 'router'; readonly at: number; readonly router: Router }
  | { readonly type: 'router deleted'; readonly at: number; readonly router: string }
  | {
      readonly type: 'routed';
      readonly at: number;
      readonly router: string;
      readonly request: RoutedRequest;
    }
  /** The POST passed all checks, so it counts for its scenario. */
  | { readonly type: 'counted'; readonly at: number; readonly post: number }
  | { readonly type: 'task'; readonly at: number; readonly post: number; readonly task: Task }
  | { readonly type: 'answered'; readonly at: number; readonly post: number; readonly answer: string }
  | {
      readonly type: 'poll' | 'download';
      readonly at: number;
      readonly task: string;
      readonly answer: string;
    }
  | {
      readonly type: 'delete';
      readonly at: number;
      readonly task: string;
      readonly answer: string;
      readonly deleted: boolean;
    }
  | { readonly type: 'redirect followed'; readonly at: number };

interface Seen {
  readonly at: number;
  readonly answer: string;
}
interface Post {
  readonly at: number;
  readonly endpoint: PostEndpoint;
  readonly model?: string;
  readonly prompt?: string;
  taskId?: string;
  answer?: string;
}
interface TaskRecord {
  readonly task: Task;
  readonly polls: Seen[];
  readonly deletes: Seen[];
  readonly downloads: Seen[];
  deleted?: { readonly at: number; readonly charged: number };
}

export class Ledger {
  private readonly posts: Post[] = [];
  private readonly tasks = new Map<string, TaskRecord>();
  /** By prompt: how many POSTs passed the checks, and how many made a task. */
  private readonly rounds = new Map<string, { posts: number; tasks: number }>();
  private readonly routers = new Map<string, Router>();
  private readonly routedRequests = new Map<
    string,
    { readonly at: number; readonly request: RoutedRequest }[]
  >();
  private redirectsFollowed = 0;
  /** `creditBalance` in it is what the account had before it was charged anything. */
  private opening: Account;
  private readonly journal?: Journal<Entry>;

  constructor(options: { account: Partial<Account>; file?: string }) {
    this.opening = { ...DEFAULT_ACCOUNT, ...options.account };
    if (options.file !== undefined) this.journal = new Journal(options.file, (entry) => this.apply(entry));
  }

  record(entry: Entry): void {
    this.apply(entry);
    this.journal?.append(entry);
  }

  close(): void {
    this.journal?.close();
  }

  get account(): Readonly<Omit<Account, 'creditBalance'>> {
    return this.opening;
  }

  /** Number of the newest POST, counted from 1. */
  get lastPost(): number {
    return this.posts.length;
  }

  round(prompt: string): Readonly<{ posts: number; tasks: number }> {
    return this.rounds.get(prompt) ?? { posts: 0, tasks: 0 };
  }

  task(id: string): TaskRecord | undefined {
    return this.tasks.get(id);
  }

  router(id: string): Router | undefined {
    return this.routers.get(id);
  }

  routerBySlug(slug: string): Router | undefined {
    return [...this.routers.values()].find((router) => router.slug === slug);
  }

  /** The whole log of a router, oldest first. */
  routed(router: string): readonly { readonly at: number; readonly request: RoutedRequest }[] {
    return this.routedRequests.get(router) ?? [];
  }

  state(task: Task, now: number): TaskState {
    return taskState(task, this.admittedAt(task), now);
  }

  charged(now: number): number {
    let sum = 0;
    for (const record of this.tasks.values()) sum += this.chargeOf(record, now);
    return sum;
  }

  balance(now: number): number {
    return this.opening.creditBalance - this.charged(now);
  }

  /** Generations of each model in the 24 hours before `now`. */
  daily(now: number): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { task } of this.tasks.values()) {
      if (task.createdAt > now || task.createdAt <= now - DAY_MS) continue;
      counts[task.request.model] = (counts[task.request.model] ?? 0) + 1;
    }
    return counts;
  }

  /** Net credits by UTC day and model: a charge counts on the day of its POST. */
  usage(now: number): Map<string, Record<string, number>> {
    const days = new Map<string, Record<string, number>>();
    for (const record of this.tasks.values()) {
      const day = new Date(record.task.createdAt).toISOString().slice(0, 10);
      const models = days.get(day) ?? {};
      const { model } = record.task.request;
      models[model] = (models[model] ?? 0) + this.chargeOf(record, now);
      days.set(day, models);
    }
    return days;
  }

  /** The incident that the status page shows: the account's, or one that a task brought. */
  incident(now: number): string | null {
    for (const { task } of this.tasks.values()) {
      if (task.life.incident === undefined) continue;
      const from = endOf(task, this.admittedAt(task));
      if (now >= from && now < from + task.life.incident * task.taskMs)
        return 'Elevated error rates on the API';
    }
    return this.opening.incident;
  }

  view(now: number): LedgerView {
    const tasks = [...this.tasks.values()].map((record) => this.viewTask(record, now));
    const charged = this.charged(now);
    return {
      posts: this.posts.map(({ at, ...post }, index) => ({ number: index + 1, at: iso(at), ...post })),
      tasks,
      credits: {
        balance: this.opening.creditBalance - charged,
        charged,
        refunded: tasks.reduce((sum, { credits }) => sum + credits.estimated - credits.charged, 0),
      },
      daily: this.daily(now),
      redirectsFollowed: this.redirectsFollowed,
    };
  }

  private viewTask(record: TaskRecord, now: number): TaskView {
    const { task, polls, deletes, downloads, deleted } = record;
    return {
      id: task.id,
      endpoint: task.endpoint,
      model: task.request.model,
      request: task.request,
      createdAt: iso(task.createdAt),
      status: deleted ? 'DELETED' : this.state(task, now).status,
      credits: { estimated: task.credits, charged: this.chargeOf(record, now) },
      polls: polls.map(seenView),
      deletes: deletes.map(seenView),
      downloads: downloads.map(seenView),
      ...(deleted && { deletedAt: iso(deleted.at) }),
    };
  }

  private chargeOf({ task, deleted }: TaskRecord, now: number): number {
    if (task.createdAt > now) return 0;
    return deleted && deleted.at <= now ? deleted.charged : this.state(task, now).charged;
  }

  /** When the account's concurrency lets a task in: tasks of a model get the slots in the order of their POSTs. */
  private admittedAt(wanted: Task): number {
    const limit = this.opening.maxConcurrent;
    if (limit === null) return wanted.createdAt;
    const free = Array<number>(limit).fill(0);
    for (const { task, deleted } of this.tasks.values()) {
      if (task.request.model !== wanted.request.model) continue;
      const slot = free.indexOf(Math.min(...free));
      const start = Math.max(task.createdAt, free[slot] ?? 0);
      if (task.id === wanted.id) return start;
      if (deleted && deleted.at <= start) continue;
      free[slot] = deleted?.at ?? endOf(task, start);
    }
    return wanted.createdAt;
  }

  private apply(entry: Entry): void {
    switch (entry.type) {
      case 'account':
        this.opening = { ...this.opening, ...entry.change };
        if (entry.change.creditBalance !== undefined) this.opening.creditBalance += this.charged(entry.at);
        break;
      case 'post': {
        const { at, endpoint, model, prompt } = entry;
        this.posts.push({ at, endpoint, model, prompt });
        break;
      }
      case 'counted':
        this.count(this.posts[entry.post - 1]?.prompt, 'posts');
        break;
      case 'task': {
        this.tasks.set(entry.task.id, { task: entry.task, polls: [], deletes: [], downloads: [] });
        const post = this.posts[entry.post - 1];
        if (post) post.taskId = entry.task.id;
        this.count(post?.prompt, 'tasks');
        break;
      }
      case 'answered': {
        const post = this.posts[entry.post - 1];
        if (post) post.answer = entry.answer;
        break;
      }
      case 'poll':
        this.tasks.get(entry.task)?.polls.push({ at: entry.at, answer: entry.answer });
        break;
      case 'download':
        this.tasks.get(entry.task)?.downloads.push({ at: entry.at, answer: entry.answer });
        break;
      case 'delete': {
        const record = this.tasks.get(entry.task);
        record?.deletes.push({ at: entry.at, answer: entry.answer });
        if (record && entry.deleted && !record.deleted) {
          const charged = chargeOfDeleted(this.state(record.task, entry.at), this.opening.chargesDeleted);
          record.deleted = { at: entry.at, charged };
        }
        break;
      }
      case 'router':
        this.routers.set(entry.router.id, entry.router);
        break;
      case 'router deleted':
        this.routers.delete(entry.router);
        break;
      case 'routed': {
        const log = this.routedRequests.get(entry.router) ?? [];
        log.push({ at: entry.at, request: entry.request });
        this.routedRequests.set(entry.router, log);
        break;
      }
      case 'redirect followed':
        this.redirectsFollowed += 1;
        break;
    }
  }

  private count(prompt = '', what: 'posts' | 'tasks'): void {
    const round = this.rounds.get(prompt) ?? { posts: 0, tasks: 0 };
    round[what] += 1;
    this.rounds.set(prompt, round);
  }
}

const iso = (at: number): string => new Date(at).toISOString();
const seenView = ({ at, answer }: Seen) => ({ at: iso(at), answer });
