/** What stays in the embedded server's file of a run that was deleted, as a deleted reel's are. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { startDevArguments } from '../../src/local/temporal/temporal-server';
import { eventually } from '../../tools/stack/eventually';
import { temporalCli } from '../../tools/stack/temporal';
import { reservePort } from '../../tools/stack/reserve-port';

const HOST = '127.0.0.1';
const SECURE_DELETE = ['--sqlite-pragma', 'secure_delete=on'];

let folder: string;
let server: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forgets-'));
});
afterEach(() => {
  server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** The files that hold `text`, of the database and what SQLite has beside it. */
function filesWith(text: string): string[] {
  return readdirSync(folder)
    .filter((name) => contentOf(join(folder, name)).includes(text))
    .sort();
}

/** Empty when it is gone: the server makes and removes journals as it works. */
function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return Buffer.alloc(0);
  }
}

async function startServer(change: (args: string[]) => string[]): Promise<Client> {
  const program = await temporalCli();
  const port = await reservePort();
  const uiPort = await reservePort();
  const args = startDevArguments({ host: HOST, port, uiPort, databaseFile: 'temporal.db', namespaces: [] });
  server = spawn(program, change(args), { cwd: folder, stdio: 'ignore' });
  const connection = await eventually('the server answers', () =>
    Connection.connect({ address: `${HOST}:${port}`, connectTimeout: '2s' }).catch(() => undefined),
  );
  return new Client({ connection });
}

async function stopServer(client: Client): Promise<void> {
  await client.connection.close();
  server?.kill('SIGTERM');
  if (server) await once(server, 'exit');
  server = undefined;
}

/** Runs that hold a prompt, in every place that a reel has it, are deleted. Returns it. */
async function deletedPrompt(client: Client): Promise<string> {
  const prompt = `a lighthouse ${randomUUID()}`;
  const ids = Array.from({ length: 20 }, () => randomUUID());
  for (const workflowId of ids) {
    const run = await client.workflow.start('generateReel', {
      workflowId,
      taskQueue: 'nobody',
      args: [{ request: { promptText: prompt } }],
      memo: { head: { promptText: prompt } },
    });
    await run.signal('note', { text: prompt });
    await run.terminate(prompt);
  }
  expect(filesWith(prompt)).not.toEqual([]);

  for (const workflowId of ids) {
    await client.workflowService.deleteWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId },
    });
  }
  for (const workflowId of ids) {
    await eventually(
      'the run is gone',
      () =>
        client.workflow
          .getHandle(workflowId)
          .describe()
          .then(() => false)
          .catch((error: unknown) => error instanceof WorkflowNotFoundError),
      60_000,
    );
  }
  return prompt;
}

test('nothing of a deleted run is left in the file, nor after the end of the server', async () => {
  const client = await startServer((args) => args);
  const prompt = await deletedPrompt(client);
  await eventually('it is overwritten', () => filesWith(prompt).length === 0);
  await stopServer(client);
  expect(filesWith(prompt)).toEqual([]);
});

test('without the setting it would be', async () => {
  const client = await startServer((args) => args.filter((arg) => !SECURE_DELETE.includes(arg)));
  const prompt = await deletedPrompt(client);
  await stopServer(client);
  expect(filesWith(prompt)).toEqual(['temporal.db']);
});
