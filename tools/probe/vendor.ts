import type { ProbePlan } from './plan';
import type { CreateCall } from '../../src/runway/calls/create-body';
import { creditsIn, parseObject, wordsOf } from '../../src/runway/calls/answer-text';
import { exchange, type Exchange, type RunwayAccess } from '../../src/runway/calls/exchange';
import { submitOutcome } from '../../src/runway/calls/submit-outcome';
import { type TaskRead, taskRead } from '../../src/runway/calls/task-read';

/** Runway as the probe uses it: every call is one HTTP request, sent once, and ends in a value. */
export interface Vendor {
  create(create: CreateCall): Promise<Sent>;
  createRouter(slug: string, plan: ProbePlan): Promise<{ id?: string; problem?: string }>;
  generate(slug: string, plan: ProbePlan): Promise<Sent>;
  /** The task's line in the router's log; undefined: it is not there, or the log could not be read. */
  findInLog(routerId: string, taskId: string): Promise<LogLine | undefined>;
  deleteRouter(routerId: string): Promise<boolean>;
  readTask(taskId: string): Promise<TaskRead>;
  /** HTTP status of the deletion; undefined: no answer. */
  deleteTask(taskId: string): Promise<number | undefined>;
  readCounters(model: string): Promise<Counters | undefined>;
}

/** A paid POST. Times are in milliseconds since 1970. */
export interface Sent {
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly taskId?: string;
  /** The most that Runway says it may charge. */
  readonly estimatedCredits?: number;
  /** Runway's ID of the request. */
  readonly requestId?: string;
  /** Why there is no task ID. */
  readonly problem?: string;
  /** Runway refused, or nothing was sent: no task exists. Otherwise, without a task ID, one may exist. */
  readonly refused: boolean;
}

export interface LogLine {
  readonly createdAt?: unknown;
  readonly requestId?: unknown;
  readonly status?: unknown;
  readonly model?: unknown;
  readonly estimatedCredits?: unknown;
}

export interface Counters {
  readonly creditBalance: number;
  readonly dailyGenerations: number;
  /** Of all models together. */
  readonly allDailyGenerations: number;
}

const TIMEOUT_MS = 60_000;

export function createVendor(access: RunwayAccess): Vendor {
  type Call = Parameters<typeof exchange>[2];
  const call = (of: Call) => exchange(access, { timeoutMs: TIMEOUT_MS }, of);
  const timed = async (of: Call): Promise<Sent> => {
    const sentAt = Date.now();
    return sentOf(await call(of), sentAt, Date.now());
  };
  return {
    create: (create) =>
      timed((client) =>
        create.endpoint === 'text_to_video'
          ? client.textToVideo.create(create.body)
          : client.imageToVideo.create(create.body),
      ),
    async createRouter(slug, { model, credits }) {
      const answer = await call((client) =>
        client.routers.create({
          slug,
          description: 'Made by npm run probe of durable-reels; may be deleted.',
          settings: {
            models: { mode: 'allowlist_only', ids: [model] },
            maxCreditsPerGeneration: { video: credits },
          },
        }),
      );
      const id = bodyOf(answer)?.['id'];
      return typeof id === 'string' ? { id } : { problem: wordsOf(answer) };
    },
    generate: (slug, { routed }) =>
      timed((client) => client.generate.video.create({ configId: slug, input: routed })),
    async findInLog(routerId, taskId) {
      const data = bodyOf(await call((client) => client.routers.listRequests(routerId, { limit: 20 })))?.[
        'data'
      ];
      return Array.isArray(data) ? data.map(logLine).find((line) => line.taskId === taskId)?.line : undefined;
    },
    deleteRouter: async (routerId) => isOk(await call((client) => client.routers.delete(routerId))),
    readTask: async (taskId) => taskRead(await call((client) => client.tasks.retrieve(taskId)), Date.now()),
    deleteTask: async (taskId) => (await call((client) => client.tasks.delete(taskId))).status,
    readCounters: async (model) => countersOf(await call((client) => client.organization.retrieve()), model),
  };
}

/** Judged as the service judges it: an ID in half an answer counts, and a refusal only in Runway's own words. */
function sentOf(answer: Exchange, sentAt: number, answeredAt: number): Sent {
  const outcome = submitOutcome(answer, answeredAt);
  const { requestId } = answer;
  if (outcome.kind !== 'created') {
    const refused = outcome.kind !== 'unknown';
    return { sentAt, answeredAt, requestId, problem: outcome.refusal.words, refused };
  }
  const routing = parseObject(answer.bodyText)?.['routing'] as { estimatedCost?: unknown } | undefined;
  return {
    sentAt,
    answeredAt,
    requestId,
    taskId: outcome.runwayTaskId,
    estimatedCredits: outcome.estimatedCredits ?? creditsIn(routing?.estimatedCost),
    refused: false,
  };
}

function countersOf(answer: Exchange, model: string): Counters | undefined {
  const body = bodyOf(answer) as
    | { creditBalance?: unknown; usage?: { models?: Record<string, { dailyGenerations?: unknown }> } }
    | undefined;
  if (typeof body?.creditBalance !== 'number') return undefined;
  const models = body.usage?.models ?? {};
  const count = (of: { dailyGenerations?: unknown } | undefined) =>
    typeof of?.dailyGenerations === 'number' ? of.dailyGenerations : 0;
  return {
    creditBalance: body.creditBalance,
    dailyGenerations: count(models[model]),
    allDailyGenerations: Object.values(models).reduce((sum, each) => sum + count(each), 0),
  };
}

/** Only what the report may show: a whole line could hold words of the prompt or the ranker's prose. */
function logLine(row: unknown): { taskId?: unknown; line: LogLine } {
  const { taskId, createdAt, requestId, status, model, estimatedCredits } = (row ?? {}) as Record<
    string,
    unknown
  >;
  return { taskId, line: { createdAt, requestId, status, model, estimatedCredits } };
}

function bodyOf(answer: Exchange): Record<string, unknown> | undefined {
  return isOk(answer) ? parseObject(answer.bodyText) : undefined;
}

function isOk({ status, fault }: Exchange): boolean {
  return fault === undefined && status !== undefined && status >= 200 && status < 300;
}
