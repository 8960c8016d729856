import { execFile } from 'node:child_process';

export interface CommandResult {
  readonly ok: boolean;
  /** Both streams together, without surrounding space; why the command could not run at all, if so. */
  readonly output: string;
}

/** Runs a command to its end. Never rejects: a command that is missing, fails or is aborted is `ok: false`. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: { timeoutMs: number; env?: NodeJS.ProcessEnv; signal?: AbortSignal },
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const { timeoutMs, env, signal } = options;
    execFile(
      command,
      [...args],
      { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 16 * 1024 * 1024, env, signal },
      (error, stdout, stderr) => {
        const output = `${stdout}\n${stderr}`.trim();
        resolve({ ok: error === null, output: output || (error === null ? '' : reasonOf(error, command)) });
      },
    );
  });
}

function reasonOf(error: Error & { code?: unknown; killed?: boolean }, command: string): string {
  if (error.code === 'ENOENT') return `${command} was not found`;
  if (error.killed) return `${command} did not end in time`;
  return error.message;
}
