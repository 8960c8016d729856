/** `src/api/main.ts` as a process of its own. Temporal is not there: what is tested with it needs none. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../tools/stack/eventually';
import { reservePort } from '../../tools/stack/reserve-port';

const ROOT = join(__dirname, '../..');

export class ApiProcess {
  private text = '';
  readonly exited: Promise<number | null>;

  private constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => (this.text += chunk));
    }
    this.exited = once(child, 'exit').then(([code]) => code as number | null);
  }

  /** @param openFiles the most file descriptors that it may have. */
  static async start(
    dataDir: string,
    env: Readonly<Record<string, string>> = {},
    openFiles?: number,
  ): Promise<ApiProcess> {
    const { PATH = '', HOME = '' } = process.env;
    const temporalPort = await reservePort();
    const limit = openFiles === undefined ? '' : `ulimit -n ${openFiles} && `;
    const files = ['tools/typescript.js', 'src/api/main.ts'].map((file) => join(ROOT, file));
    const command = [process.execPath, '--require', ...files];
    return new ApiProcess(
      spawn('/bin/sh', ['-c', `${limit}exec "$@"`, 'sh', ...command], {
        env: {
          PATH,
          HOME,
          PORT: '0',
          DATA_DIR: dataDir,
          SIMULATOR: '1',
          RUNWAYML_BASE_URL: 'http://127.0.0.1:9',
          TEMPORAL_ADDRESS: `127.0.0.1:${temporalPort}`,
          ...env,
        },
      }),
    );
  }

  output(): string {
    return this.text;
  }

  address(): Promise<string> {
    return eventually('the address', () => /listening on (http:\/\/[\d.:]+)/.exec(this.text)?.[1]);
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await this.exited;
  }
}

/** A folder that is removed with `remove`. */
export async function dataFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'reels-api-process-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
