import type { ProblemBody } from '../contract/schemas/problem';
import type { ExitCode } from './exit-code';
import { EXIT } from './exit-code';

interface Details {
  /** What the user can do about it. */
  readonly cure?: string;
  /** What the service answered, for `--json`. */
  readonly problem?: Partial<ProblemBody>;
}

/** A command that did not do what it was asked. */
export class CliError extends Error {
  override readonly name: string = 'CliError';
  readonly cure?: string;
  readonly problem?: Partial<ProblemBody>;

  constructor(
    message: string,
    readonly exitCode: ExitCode = EXIT.failed,
    { cure, problem }: Details = {},
  ) {
    super(message);
    this.cure = cure;
    this.problem = problem;
  }
}
