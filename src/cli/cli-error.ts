/** A command that did not do what it was asked. */
export class CliError extends Error {
  override readonly name = 'CliError';

  constructor(
    message: string,
    /** 1: it failed, and may work later. 2: it was refused, and nothing was spent. */
    readonly exitCode: 1 | 2,
    /** What a person can do about it. */
    readonly cure?: string,
    /** What the service answered, for `--json`. */
    readonly problem?: unknown,
  ) {
    super(message);
  }
}
