import type { ProblemCode } from '../../contract/problems';
import type { ProblemBody } from '../../contract/schemas/problem';
import { CliError } from '../cli-error';
import { EXIT } from '../exit-code';

interface Answer {
  readonly cure?: string;
  /** Undefined when no answer came. */
  readonly status?: number;
  readonly problem?: Partial<ProblemBody>;
  /** How soon the service wants to be asked again. */
  readonly retryAfterMs?: number;
  /** False: no connection came about, so that the service knows nothing of the request. */
  readonly sent?: boolean;
}

/** The service refused a request, or did not answer it. */
export class ServiceError extends CliError {
  override readonly name = 'ServiceError';
  readonly status?: number;
  readonly code?: ProblemCode;
  readonly retryAfterMs?: number;
  readonly sent: boolean;

  constructor(message: string, { status, problem, cure, retryAfterMs, sent = true }: Answer) {
    const refused = status !== undefined && status >= 300 && status < 500;
    super(message, refused ? EXIT.refused : EXIT.failed, { cure, problem });
    this.status = status;
    this.code = problem?.code;
    this.retryAfterMs = retryAfterMs;
    this.sent = sent;
  }

  /** Whether the same request may get another answer in a moment. */
  get mayPass(): boolean {
    const { status, code } = this;
    return status === undefined || (status >= 502 && status <= 504) || code === 'rate_limited';
  }
}
