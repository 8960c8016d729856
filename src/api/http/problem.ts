import type { Issue } from '../../contract/schemas/problem';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { type ProblemCode, PROBLEMS } from '../../contract/problems';
import { cutText, wellFormedJson } from '../../contract/text';
import { createLineAllowance } from './line-allowance';

export interface ProblemOptions {
  /** Every wrong field at once. */
  readonly issues?: readonly Issue[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the answer. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
  /** More specific than those of the table. */
  readonly title?: string;
  readonly status?: number;
}

/** An answer of RFC 9457. Its text is our own: messages of libraries and vendors are never passed on. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly issues?: readonly Issue[];
  private readonly members?: Readonly<Record<string, unknown>>;

  /** @param code programs decide by it. */
  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    {
      status = PROBLEMS[code].status,
      title = PROBLEMS[code].title,
      headers = {},
      issues,
      members,
      cause,
    }: ProblemOptions = {},
  ) {
    super(detail, { cause });
    this.status = status;
    this.title = title;
    this.headers = headers;
    this.issues = issues;
    this.members = members;
  }

  toJSON(): Record<string, unknown> {
    const { issues, members } = this;
    return {
      type: `urn:durable-reels:problem:${this.code}`,
      title: this.title,
      status: this.status,
      detail: this.detail,
      code: this.code,
      ...(issues && { issues }),
      ...members,
    };
  }
}

export const notFound: RequestHandler = (req) => {
  throw new Problem('not_found', `There is nothing at ${cutText(req.path, 200)}.`);
};

/** Our text for what Express and its parsers refuse by themselves. */
const REFUSED: Readonly<Record<number, (headers?: Readonly<Record<string, string>>) => Problem>> = {
  413: () =>
    new Problem('body_too_large', 'A body may have 6 MB. Give a larger image as an https URL instead.'),
  415: () =>
    new Problem(
      'unsupported_media_type',
      'Send application/json in UTF-8, plain or compressed with gzip, deflate or br.',
    ),
  416: (headers) =>
    new Problem('range_not_satisfiable', 'The file is shorter than the range asked for.', { headers }),
};

/** Sends a problem: as it is, unless a route has another form for it. */
type SendProblem = (problem: Problem, res: Response) => void;

const sendAsItIs: SendProblem = (problem, res) =>
  void res.type('application/problem+json').send(wellFormedJson(problem));

/** Answers with what was thrown: a problem as it is, everything else without its internals. */
export function problemHandler(logger: Logger, send = sendAsItIs): ErrorRequestHandler {
  const allowance = createLineAllowance(logger);
  return (error: unknown, req, res, next) => {
    if (res.headersSent) {
      // Part of an answer was sent: only a broken connection can still signal the failure.
      next(error);
      return;
    }
    const problem = error instanceof Problem ? error : fromUnknown(error);
    const { status, title, cause } = problem;
    if (status === 500) allowance(title, () => logger.error({ err: cause, path: req.path }, title));
    else if (cause) allowance(title, () => logger.warn({ reason: String(cause), path: req.path }, title));
    res.status(problem.status).set(problem.headers).set('Cache-Control', 'no-store');
    send(problem, res);
  };
}

function fromUnknown(error: unknown): Problem {
  // Express, its parsers and `send` throw the caller's faults in this shape.
  const { status, headers } = (error ?? {}) as { status?: unknown; headers?: Record<string, string> };
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return (
      REFUSED[status]?.(headers) ?? new Problem('bad_request', 'The request cannot be read.', { status })
    );
  }
  return new Problem('internal_error', 'Something went wrong here. The log of the API has the cause.', {
    cause: error,
  });
}
