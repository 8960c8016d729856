/** The paid part of the wire protocol: making, reading and deleting tasks, and fetching their outputs. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Account } from '../ledger/account';
import { type Answer, invalid, refusal } from './answer';
import { type Endpoint, parseCreateRequest, quote } from './create-request';
import { type Fault, faultName } from '../scenarios/fault';
import type { SimulatorEvent } from '../scenarios/hook';
import type { Ledger } from '../ledger/ledger';
import type { PostEndpoint } from '../ledger/ledger-view';
import type { CreateRequest } from './models';
import { clipOf, isSigned, outputPath } from '../outputs';
import { readJson } from './read-json';
import { nth, nthInRounds, type Scenario } from '../scenarios/scenario';
import { scenarioOf } from '../scenarios/scenarios';
import type { Task } from './task';

/** What is sent, and what spoils it. */
export interface Outcome {
  readonly answer: Answer;
  readonly fault?: Fault;
  /** Runs when the answer has left. */
  readonly afterwards?: () => Promise<unknown>;
}

export interface Context {
  readonly ledger: Ledger;
  readonly record: Ledger['record'];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly ask: (event: SimulatorEvent) => Promise<Fault | undefined>;
  readonly taskMs: number;
  readonly urlMs: number;
  readonly scenarioFor?: (request: CreateRequest) => Scenario | undefined;
}

const ACCESS_REFUSALS = {
  key_refused: refusal(401, 'Invalid API key.'),
  suspended: refusal(401, 'This account has been suspended.'),
  payment_required: refusal(402, 'Payment required.'),
  forbidden: refusal(403, 'You do not have access to this resource.'),
} as const satisfies Record<Exclude<Account['access'], 'ok'>, Answer>;
const NO_TASK = refusal(404, 'Could not find Task');

/** Stands where a fault is certain to replace the answer. */
const NEVER_SENT = refusal(500, 'never sent');

/** Checks key, account and version, in Runway's order. */
export function checkHeaders(ledger: Ledger, req: IncomingMessage): Answer | undefined {
  if (!/^Bearer key_\S+$/.test(req.headers.authorization ?? '')) return ACCESS_REFUSALS.key_refused;
  const { access } = ledger.account;
  if (access !== 'ok') return ACCESS_REFUSALS[access];
  if (req.headers['x-runway-version'] === '2024-11-06') return undefined;
  return refusal(400, 'The X-Runway-Version header is missing or not supported. Use 2024-11-06.');
}

/** A generation that passed the checks of its endpoint. */
export interface Order {
  readonly endpoint: Endpoint;
  readonly request: CreateRequest;
  /** The answer for its task. Called once, when the task exists. */
  accept(taskId: string, credits: number): Answer;
}

/** POST /v1/text_to_video and /v1/image_to_video. */
export function createTask(ctx: Context, endpoint: Endpoint, req: IncomingMessage): Promise<Outcome> {
  return paidPost(ctx, endpoint, req, textFields, (body) => {
    const parsed = parseCreateRequest(endpoint, body);
    if ('issues' in parsed) return { refused: invalid(parsed.issues) };
    const accept = (id: string, credits: number): Answer => ({
      status: 200,
      json: { id, estimatedCost: { credits } },
    });
    return { order: { endpoint, request: parsed.request, accept } };
  });
}

/** A POST that makes a task, with all that can happen to it. */
export async function paidPost(
  ctx: Context,
  endpoint: PostEndpoint,
  req: IncomingMessage,
  fieldsOf: (body: unknown) => { model: string; promptText: string },
  orderOf: (body: unknown) => { order: Order } | { refused: Answer },
): Promise<Outcome> {
  const { ledger, record, now, ask } = ctx;
  const { body, refused } = await readJson(req);
  const { model, promptText: prompt } = fieldsOf(body);
  record({ type: 'post', at: now(), endpoint, model, prompt });
  const post = ledger.lastPost;
  const outcome = (answer: Answer, fault?: Fault, taskId?: string): Outcome => {
    record({ type: 'answered', at: now(), post, answer: fault ? faultName(fault) : String(answer.status) });
    return { answer, fault, afterwards: () => ask({ at: 'afterAnswer', post, prompt, taskId }) };
  };

  const early = await ask({ at: 'received', post, prompt });
  if (early) return outcome(NEVER_SENT, early);
  const unfit = checkHeaders(ledger, req) ?? refused;
  if (unfit) return outcome(unfit);
  const ordered = orderOf(body);
  if ('refused' in ordered) return outcome(ordered.refused);

  const { request, endpoint: made, accept } = ordered.order;
  const scenario = ctx.scenarioFor?.(request) ?? scenarioOf(request);
  const round = ledger.round(prompt);
  const planned = nthInRounds(scenario.posts, round.posts);
  const life = nthInRounds(scenario.lives, round.tasks) ?? {};
  record({ type: 'counted', at: now(), post });
  const before =
    (await ask({ at: 'beforeTask', post, prompt })) ?? (planned?.taskExists ? undefined : planned?.fault);
  if (before) return outcome(NEVER_SENT, before);

  const price = quote(request);
  const credits = price.credits * (life.priceFactor ?? 1);
  const beyond = checkLimits(ledger, request.model, credits, now());
  if (beyond) return outcome(beyond);
  const task: Task = {
    ...price,
    credits,
    id: randomUUID(),
    endpoint: made,
    request: withShortImage(request),
    createdAt: now(),
    taskMs: ctx.taskMs,
    life,
    polls: scenario.polls,
    deletes: scenario.deletes,
    downloads: scenario.downloads,
  };
  record({ type: 'task', at: task.createdAt, post, task });
  const answer = accept(task.id, credits);
  const after = (await ask({ at: 'afterTask', post, prompt, taskId: task.id })) ?? planned?.fault;
  return outcome(answer, after, task.id);
}

function checkLimits(ledger: Ledger, model: string, credits: number, now: number): Answer | undefined {
  const { maxDaily } = ledger.account;
  if (maxDaily !== null && (ledger.daily(now)[model] ?? 0) >= maxDaily) {
    return refusal(429, 'Your daily task limit has been reached.');
  }
  if (ledger.balance(now) >= credits) return undefined;
  const error = 'You do not have enough credits to run this task.';
  return { status: 400, json: { error, docUrl: 'https://docs.dev.runwayml.com/usage/billing' } };
}

/** GET /v1/tasks/{id} */
export async function readTask(ctx: Context, id: string, req: IncomingMessage): Promise<Outcome> {
  const at = ctx.now();
  const found = ctx.ledger.task(id);
  const fault =
    (await ctx.ask({ at: 'poll', taskId: id, prompt: found?.task.request.promptText })) ??
    nth(found?.task.polls, found?.polls.length ?? 0);
  const live = found && !found.deleted ? taskAnswer(ctx, found.task, req) : NO_TASK;
  const answer = checkHeaders(ctx.ledger, req) ?? live;
  const status = answer.status === 200 ? (answer.json as { status: string }).status : String(answer.status);
  if (found) ctx.record({ type: 'poll', at, task: id, answer: fault ? faultName(fault) : status });
  return { answer, fault };
}

function taskAnswer(ctx: Context, task: Task, req: IncomingMessage): Answer {
  const { status, progress, charged: credits } = ctx.ledger.state(task, ctx.now());
  const json = (rest: object): Answer => ({
    status: 200,
    json: { id: task.id, status, createdAt: new Date(task.createdAt).toISOString(), ...rest },
  });
  switch (status) {
    case 'PENDING':
    case 'THROTTLED':
      return json({ estimatedCost: { credits: task.credits } });
    case 'RUNNING':
      return json({ estimatedCost: { credits: task.credits }, progress });
    case 'CANCELLED':
      return json({ cost: { credits } });
    case 'SUCCEEDED':
      return json({ cost: { credits }, output: outputUrls(ctx, task, `http://${req.headers.host}`) });
    case 'FAILED': {
      const { end } = task.life;
      if (end?.status !== 'FAILED') throw new Error('a failed task without a failure');
      return json({ cost: { credits }, failure: end.failure, failureCode: end.failureCode });
    }
  }
}

function outputUrls({ ledger, now, urlMs }: Context, { id, life }: Task, base: string): string[] | null {
  if (life.output === 'empty') return [];
  if (life.output === 'null') return null;
  const handedOut = ledger.task(id)?.polls.filter(({ answer }) => answer === 'SUCCEEDED').length ?? 0;
  // Each read gives another URL, also two in one millisecond: a test can tell a fresh one from a kept one.
  const expires = handedOut < (life.expiredUrls ?? 0) ? now() - 1 : now() + urlMs + handedOut;
  const names = life.output === 'two' ? [id, `${id}_1`] : [id];
  return names.map((name) => base + outputPath(name, expires));
}

/** DELETE /v1/tasks/{id} */
export async function deleteTask(ctx: Context, id: string, req: IncomingMessage): Promise<Outcome> {
  const found = ctx.ledger.task(id);
  const fault =
    (await ctx.ask({ at: 'delete', taskId: id, prompt: found?.task.request.promptText })) ??
    nth(found?.task.deletes, found?.deletes.length ?? 0);
  const answer = checkHeaders(ctx.ledger, req) ?? (found && !found.deleted ? { status: 204 } : NO_TASK);
  // An error status means that nothing was deleted; any other fault hides a deletion that took place.
  const deleted = answer.status === 204 && !(fault?.kind === 'answer' && fault.status >= 400);
  const answered = fault ? faultName(fault) : String(answer.status);
  if (found) ctx.record({ type: 'delete', at: ctx.now(), task: id, answer: answered, deleted });
  return { answer, fault };
}

/** GET of a signed output URL. */
export async function downloadOutput(ctx: Context, name: string, query: URLSearchParams): Promise<Outcome> {
  const id = name.slice(0, 36);
  const found = ctx.ledger.task(id);
  const hooked = await ctx.ask({ at: 'output', taskId: id, prompt: found?.task.request.promptText });
  const allowed = isSigned(name, query, ctx.now());
  const ready = found && !found.deleted && ctx.ledger.state(found.task, ctx.now()).status === 'SUCCEEDED';
  const answer: Answer = !allowed
    ? xmlError(403, 'AccessDenied')
    : ready
      ? { status: 200, bytes: clipOf(found.task), contentType: 'video/mp4' }
      : xmlError(404, 'NoSuchKey');
  // A scenario counts the downloads that would have gone well.
  const served = found?.downloads.filter((seen) => seen.answer !== '403').length ?? 0;
  const fault = hooked ?? (allowed ? nth(found?.task.downloads, served) : undefined);
  const answered = fault ? faultName(fault) : String(answer.status);
  if (found) ctx.record({ type: 'download', at: ctx.now(), task: id, answer: answered });
  return { answer, fault };
}

function xmlError(status: number, code: string): Answer {
  return {
    status,
    text: `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`,
    contentType: 'application/xml',
  };
}

/** Model and prompt of a body that has not been checked, for the books. */
export function textFields(body: unknown): { model: string; promptText: string } {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return { model: text(fields['model']), promptText: text(fields['promptText']) };
}

/** An image of megabytes has no place in the books. */
function withShortImage(request: CreateRequest): CreateRequest {
  return JSON.parse(
    JSON.stringify(request, (_key, value: unknown) =>
      typeof value === 'string' && value.startsWith('data:')
        ? `${value.slice(0, 40)}… (${value.length} characters)`
        : value,
    ),
  ) as CreateRequest;
}
