/** A call of the API, declared once: the router, its 405, the parsing, the contract and its tests are derived from it. */
import type { IRouter, Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { ProblemCode } from '../../contract/problems';
import { clientOf, isAdmin, requireAdmin } from '../access/auth';
import { limitMessages } from '../access/limits';
import type { ApiContext } from '../context';
import type { Answer } from './answer';
import { jsonBody, optionalJsonBody, smallJsonBody } from './json-body';
import { parseBody, parseQuery } from './parse-input';
import { Problem, problemHandler, type ProblemOptions } from './problem';

type Tag = 'Reels' | 'Money' | 'Failures' | 'Service' | 'Old front end';

interface Declared {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With parameters as OpenAPI writes them: `/v1/reels/{id}`. */
  readonly path: `/${string}`;
  /** Name of the call in generated clients. */
  readonly id: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly text?: string;
  /** `open`: without a key. `link`: with a key, or a signed link. */
  readonly access: 'open' | 'key' | 'admin' | 'link';
  readonly headers?: z.ZodObject;
  readonly answers: Readonly<Record<number, Answer>>;
  /** The form of a refusal, where it is no problem+json. */
  readonly refusal?: { readonly schema: z.ZodType; readonly of: (problem: Problem) => unknown };
  /** Each call wakes a worker, so `limitMessages` applies. */
  readonly isMessage?: boolean;
}

export interface RouteBody<T> {
  readonly schema: z.ZodType;
  readonly examples: Readonly<Record<string, unknown>>;
  readonly reader: RequestHandler;
  readonly optional?: boolean;
  /** @throws Problem 400 naming every wrong field */
  readonly parse: (body: unknown) => T;
}

/** One request, as a handler gets it. */
export interface Call<Code extends ProblemCode, Param extends string, Query, Body> {
  readonly req: Request;
  readonly res: Response;
  readonly params: Readonly<Record<Param, string>>;
  /** The caller. Not available where `access` is `open` or `link`. */
  readonly client: string;
  readonly isAdmin: boolean;
  /** @throws Problem 400 naming every wrong parameter */
  query(): Query;
  /** Parsed on each call and not kept: a handler that waits holds no image in memory. @throws Problem 400 */
  body(): Body;
  /** One of the problems that the route names. */
  readonly problem: MakeProblem<Code>;
}

/** Makes problems that the route declares. A helper asks for those that it needs. */
export type MakeProblem<Code extends ProblemCode> = (
  code: Code,
  detail: string,
  options?: ProblemOptions,
) => Problem;

export interface Route extends Declared {
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: RouteBody<unknown>;
  /** Beyond those that follow from `access` and `body` (`openapi/refusals.ts`). */
  readonly problems: readonly ProblemCode[];
  readonly handle: (req: Request, res: Response, context: ApiContext) => void | Promise<void>;
}

export function route<
  const Codes extends readonly ProblemCode[] = readonly [],
  Params extends z.ZodObject = z.ZodObject<Record<never, never>>,
  Query extends z.ZodObject = z.ZodObject<Record<never, never>>,
  Body = never,
>({
  handler,
  problems,
  ...declared
}: Declared & {
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: RouteBody<Body>;
  readonly problems?: Codes;
  readonly handler: (
    call: Call<Codes[number], keyof z.output<Params> & string, z.output<Query>, Body>,
    context: ApiContext,
  ) => void | Promise<void>;
}): Route {
  const { query, body } = declared;
  return {
    ...declared,
    problems: problems ?? [],
    handle: (req, res, context) =>
      handler(
        {
          req,
          res,
          params: req.params as Record<keyof z.output<Params> & string, string>,
          get client() {
            return clientOf(res);
          },
          get isAdmin() {
            return isAdmin(res);
          },
          query: () => parseQuery(query ?? z.strictObject({}), req.query) as z.output<Query>,
          body: () => body?.parse(req.body) as Body,
          problem: (code, detail, options) => new Problem(code, detail, options),
        },
        context,
      ),
  };
}

type BodyOptions = Pick<RouteBody<unknown>, 'schema' | 'examples'>;

/** A body of a few words: 4 kB at most. */
export function smallBody<S extends z.ZodType>({
  schema,
  examples,
}: BodyOptions & { readonly schema: S }): RouteBody<z.output<S>> {
  return { schema, examples, reader: smallJsonBody, parse: (body) => parseBody(schema, body) };
}

/** A body that may have an image in it: 6 MB at most. */
export function largeBody<T>(options: BodyOptions & Pick<RouteBody<T>, 'parse'>): RouteBody<T> {
  return { ...options, reader: jsonBody };
}

const nothing = z.strictObject({}).nullable();

/** An optional body without fields; null is allowed, too. */
export const NO_FIELDS: RouteBody<unknown> = {
  schema: nothing,
  examples: { empty: { value: {} } },
  optional: true,
  reader: optionalJsonBody,
  parse: (body) => parseBody(nothing, body),
};

/** Adds all methods of a path at once, so that every other method gets 405 with an `Allow` that is true. */
export function addRoutes(router: IRouter, routes: readonly Route[], context: ApiContext): void {
  const countMessage = limitMessages(context.settings);
  for (const path of new Set(routes.map((one) => one.path))) {
    const ofPath = routes.filter((one) => one.path === path);
    addPath(router, path, ofPath, { context, countMessage });
  }
}

function addPath(
  router: IRouter,
  path: string,
  routes: readonly Route[],
  { context, countMessage }: { readonly context: ApiContext; readonly countMessage: RequestHandler },
): void {
  const pattern = path.replace(/\{(\w+)\}/g, ':$1');
  const target = router.route(pattern);
  for (const { method, access, isMessage, body, handle } of routes) {
    const before = [access === 'admin' && requireAdmin, isMessage && countMessage, body?.reader];
    target[toExpress(method)](
      ...before.filter((handler) => handler !== false && handler !== undefined),
      (req: Request, res: Response) => handle(req, res, context),
    );
  }
  const methods = routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  const allow = [...methods, 'OPTIONS'].join(', ');
  target.options((_req, res) => {
    res.set('Allow', allow).sendStatus(204);
  });
  target.all((req) => {
    const detail = `${req.method} is not possible here; ${allow} are.`;
    throw new Problem('method_not_allowed', detail, { headers: { Allow: allow } });
  });
  const refusal = routes.find((one) => one.refusal)?.refusal;
  if (refusal) {
    router.use(
      pattern,
      problemHandler(context.logger, (problem, res) => void res.json(refusal.of(problem))),
    );
  }
}

function toExpress(method: Route['method']): 'get' | 'post' | 'delete' {
  return method === 'GET' ? 'get' : method === 'POST' ? 'post' : 'delete';
}
