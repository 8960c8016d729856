/** A stand-in for Runway's API: speaks its wire protocol, keeps books, and plays rehearsed misfortunes. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Account, accountSchema } from './ledger/account';
import { type Answer, invalid, play, refusal } from './vendor/answer';
import { isEndpoint } from './vendor/create-request';
import { homePage } from './pages/home-page';
import { isForeignPage } from './pages/foreign-page';
import type { Hook } from './scenarios/hook';
import { Ledger } from './ledger/ledger';
import type { LedgerView } from './ledger/ledger-view';
import type { CreateRequest } from './vendor/models';
import { organization, organizationUsage } from './vendor/organization';
import { outputName } from './outputs';
import { readJson } from './vendor/read-json';
import { createRoutedTask } from './vendor/routed-task';
import { createRouter, deleteRouter, listRouted, readRouter } from './vendor/routers';
import {
  checkHeaders,
  type Context,
  createTask,
  deleteTask,
  downloadOutput,
  type Outcome,
  readTask,
} from './vendor/runway-api';
import type { Scenario } from './scenarios/scenario';
import { SCENARIOS } from './scenarios/scenarios';
import { statusSummary } from './pages/status-page';

export interface SimulatorOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** What others call its machine, such as the name of a container; that of loopback is always right. */
  readonly name?: string;
  /** Default 0: a free one. */
  readonly port?: number;
  /** From a usual task's POST to its end, in seconds. Default 12. */
  readonly taskSeconds?: number;
  /** Journal: with it the books survive even a kill; a simulator started on it again continues them. */
  readonly dataFile?: string;
  readonly account?: Partial<Account>;
  /** How long an output's URL is valid, in seconds. Default 24 h. */
  readonly urlSeconds?: number;
  /** Chooses a scenario in place of the prompt's markers. */
  readonly scenarioFor?: (request: CreateRequest) => Scenario | undefined;
  readonly hook?: Hook;
  /** Milliseconds since 1970; a test may give one that stands still between calls of `advance`. */
  readonly clock?: () => number;
}

export interface Simulator {
  readonly url: string;
  readonly port: number;
  ledger(): LedgerView;
  /** Resolves when the books satisfy the condition; they are checked after each entry. */
  until(condition: (ledger: LedgerView) => boolean): Promise<LedgerView>;
  setAccount(change: Partial<Account>): void;
  /** Replaces the hook; without one, takes it away. */
  setHook(hook?: Hook): void;
  /** Moves the simulator's clock forward: tasks go on, URLs expire. */
  advance(seconds: number): void;
  /** Ends all connections at once. */
  close(): Promise<void>;
}

type Route = () => Outcome | Promise<Outcome>;
type Routes = Readonly<Record<string, Route>>;

/** @throws when the address is taken, or the journal cannot be opened. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { host = '127.0.0.1', port = 0, taskSeconds = 12, urlSeconds = 24 * 3600 } = options;
  const { clock = Date.now, scenarioFor } = options;
  const ledger = new Ledger({ account: options.account ?? {}, file: options.dataFile });
  const waiters = new Set<() => void>();
  let hook = options.hook;
  let ahead = 0;

  const now = (): number => clock() + ahead;
  const ctx: Context = {
    ledger,
    now,
    record: (entry) => {
      ledger.record(entry);
      for (const check of waiters) check();
    },
    ask: async (event) => (await hook?.(event)) ?? undefined,
    taskMs: taskSeconds * 1000,
    urlMs: urlSeconds * 1000,
    scenarioFor,
  };

  const server = createServer((req, res) => {
    const served = isForeignPage(req, host, options.name)
      ? play(res, refusal(403, 'This page may not use the simulator'), undefined, ctx.taskMs)
      : serve(ctx, req, res);
    served.catch((error: unknown) => {
      // A client that went away in mid-request is no fault of the simulator.
      if (req.destroyed && !req.complete) return;
      res.destroy();
      process.emitWarning(String((error as Error | undefined)?.stack ?? error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  const bound = (server.address() as AddressInfo).port;

  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    ledger: () => ledger.view(now()),
    until: (condition) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          try {
            const books = ledger.view(now());
            if (!condition(books)) return;
            resolve(books);
          } catch (error) {
            reject(error as Error);
          }
          waiters.delete(check);
        };
        waiters.add(check);
        check();
      }),
    setAccount: (change) => ctx.record({ type: 'account', at: now(), change }),
    setHook: (next) => {
      hook = next;
    },
    advance: (seconds) => {
      ahead += seconds * 1000;
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      ledger.close();
    },
  };
}

async function serve(ctx: Context, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const routes = routesOf(ctx, new URL(req.url ?? '/', 'http://simulator'), req);
  const route = routes?.[req.method ?? ''];
  const { answer, fault, afterwards } = route
    ? await route()
    : ({ answer: routes ? refusal(405, 'Method not allowed') : refusal(404, 'Not found') } satisfies Outcome);
  await play(res, answer, fault, ctx.taskMs);
  await afterwards?.();
}

/** The methods that a path has; undefined: there is no such path. */
function routesOf(ctx: Context, url: URL, req: IncomingMessage): Routes | undefined {
  const { ledger, now } = ctx;
  const path = url.pathname;
  const endpoint = path.replace(/^\/v1\//, '');
  if (isEndpoint(endpoint)) return { POST: () => createTask(ctx, endpoint, req) };
  const id = /^\/v1\/tasks\/([^/]+)$/.exec(path)?.[1];
  if (id !== undefined) return { GET: () => readTask(ctx, id, req), DELETE: () => deleteTask(ctx, id, req) };
  const router = /^\/v1\/routers\/([^/]+)(\/requests)?$/.exec(path);
  if (router?.[1] !== undefined) return routerRoutes(ctx, router[1], router[2] !== undefined, url, req);
  const output = outputName(path);
  if (output !== undefined) return { GET: () => downloadOutput(ctx, output, url.searchParams) };
  switch (path) {
    case '/v1/organization':
      return { GET: () => ({ answer: checkHeaders(ledger, req) ?? organization(ledger, now()) }) };
    case '/v1/organization/usage':
      return {
        POST: () =>
          withBody(req, (body) => checkHeaders(ledger, req) ?? organizationUsage(ledger, body, now())),
      };
    case '/v1/generate/video':
      return { POST: () => createRoutedTask(ctx, req) };
    case '/v1/routers':
      return {
        POST: () => withBody(req, (body) => checkHeaders(ledger, req) ?? createRouter(ctx, body)),
      };
    case '/status/api/v2/summary.json':
      return { GET: () => ok(statusSummary(ledger.incident(now()), now())) };
    case '/':
      return {
        GET: () => ({
          answer: {
            status: 200,
            text: homePage(`http://${req.headers.host}`),
            contentType: 'text/html; charset=utf-8',
          },
        }),
      };
    case '/_simulator/scenarios':
      return {
        GET: () => ok(SCENARIOS.map(({ name, group, scenario }) => ({ name, group, about: scenario.about }))),
      };
    case '/_simulator/ledger':
      return { GET: () => ok(ledger.view(now())) };
    case '/_simulator/account':
      return { POST: () => withBody(req, (body) => changeAccount(ctx, body)) };
    case '/_simulator/redirected': {
      const strayed = (): Outcome => {
        ctx.record({ type: 'redirect followed', at: now() });
        return { answer: refusal(404, 'Not found') };
      };
      return { GET: strayed, POST: strayed };
    }
    default:
      return undefined;
  }
}

function routerRoutes(ctx: Context, id: string, log: boolean, url: URL, req: IncomingMessage): Routes {
  if (log) return { GET: () => ({ answer: listRouted(ctx, id, url.searchParams, req) }) };
  return {
    GET: () => ({ answer: readRouter(ctx, id, req) }),
    DELETE: () => ({ answer: deleteRouter(ctx, id, req) }),
  };
}

function ok(json: unknown): Outcome {
  return { answer: { status: 200, json } };
}

async function withBody(req: IncomingMessage, handle: (body: unknown) => Answer): Promise<Outcome> {
  const { body, refused } = await readJson(req);
  return { answer: refused ?? handle(body) };
}

function changeAccount({ ledger, record, now }: Context, body: unknown): Answer {
  const parsed = accountSchema.partial().safeParse(body);
  if (!parsed.success) return invalid(parsed.error.issues);
  record({ type: 'account', at: now(), change: parsed.data });
  return { status: 200, json: { ...ledger.account, creditBalance: ledger.balance(now()) } };
}
