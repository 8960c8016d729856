/** The command line in this process, and HTTP servers that answer it as the service does, or not. */
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { type CliEnvironment } from '../../src/cli/command-context';
import { runCli } from '../../src/cli/program';
import { createTerminal } from '../../src/cli/terminal';
import { close, listen as listenOnLoopback } from '../../tools/stack/loopback';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface Screen {
  readonly isTTY: boolean;
  readonly columns: number;
}

const PIPE: Screen = { isTTY: false, columns: 0 };

/** Runs one command line; with a `screen` both outputs are one. */
export async function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { screen = PIPE, ...rest }: Partial<Omit<CliEnvironment, 'terminal' | 'env'>> & { screen?: Screen } = {},
): Promise<Ran> {
  let [out, err] = ['', ''];
  const terminal = createTerminal(
    { write: (text) => Boolean((out += String(text))), ...screen },
    { write: (text) => Boolean((err += String(text))), ...screen },
    env,
  );
  const code = await runCli(args, { patienceMs: 3_000, watchPatienceMs: 20_000, ...rest, terminal, env });
  return { code, out, err };
}

const servers: Server[] = [];

export async function closeServers(): Promise<void> {
  for (const server of servers.splice(0)) await close(server);
}

/** @returns the address of a server of this test; `closeServers` ends it. */
export async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  return listenOnLoopback(server);
}

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface FakeAnswer {
  readonly status?: number;
  /** Text as it is; everything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Breaks the connection off without an answer, or after what was answered. */
  readonly breaks?: true;
}

/** A service whose answers the test makes up; it remembers what it was asked. */
export async function fakeService(
  answer: (asked: Seen, all: readonly Seen[]) => FakeAnswer,
): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const url = await listen((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const { method = '', url: path = '', headers: sent } = req;
      const asked = { method, url: path, headers: sent, body: Buffer.concat(chunks).toString() };
      seen.push(asked);
      const { status = 200, body, headers, breaks } = answer(asked, seen);
      if (breaks && body === undefined) {
        req.socket.destroy();
        return;
      }
      const raw = typeof body === 'string' || Buffer.isBuffer(body);
      const type = raw ? 'text/plain' : status < 400 ? 'application/json' : 'application/problem+json';
      res.writeHead(status, { 'content-type': type, ...headers });
      if (breaks) res.write(body as string, () => req.socket.destroy());
      else res.end(raw ? body : JSON.stringify(body));
    });
  });
  return { url, seen };
}
