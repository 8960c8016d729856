import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../scenarios/fault';

/** A whole HTTP answer, before a fault may spoil it. */
export interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly bytes?: Buffer;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Sends the answer, or what the fault makes of it.
 *
 * @returns when the answer has been handed to the system or the connection is gone.
 */
export async function play(
  res: ServerResponse,
  right: Answer,
  fault: Fault | undefined,
  taskMs: number,
): Promise<void> {
  if (res.destroyed) return;
  const closed = new Promise<void>((resolve) => res.once('close', resolve));
  switch (fault?.kind) {
    case undefined:
      send(res, right);
      break;
    case 'patch':
      send(res, { ...right, json: { ...(right.json as object), ...fault.fields } });
      break;
    case 'answer': {
      const { status, json, text, bytesAs, contentType, retryAfter } = fault;
      const headers = { ...fault.headers, ...(retryAfter && { 'retry-after': retryAfterText(retryAfter) }) };
      send(
        res,
        bytesAs === undefined
          ? { status, json, text, contentType, headers }
          : { ...right, status, contentType: bytesAs },
      );
      break;
    }
    case 'delay':
      await Promise.race([sleep(fault.taskLengths * taskMs), closed]);
      if (!res.destroyed) send(res, right);
      break;
    case 'hang':
      break;
    case 'close':
      res.socket?.destroy();
      break;
    case 'reset':
      res.socket?.resetAndDestroy();
      break;
    case 'drip':
      await drip(res, right);
      break;
    case 'redirect':
      send(res, { status: 302, headers: { location: res.req.url ?? '/' } });
      break;
    case 'cut':
      sendPart(res, right, fault.keep, fault.length);
      break;
  }
  await closed;
}

function send(res: ServerResponse, answer: Answer): void {
  const { headers, body } = encode(answer);
  if (answer.status !== 204) headers['content-length'] = String(body.length);
  res.writeHead(answer.status, headers).end(body);
}

function sendPart(
  res: ServerResponse,
  right: Answer,
  keep: number,
  length: 'declared' | 'absent' | 'matching',
): void {
  const { headers, body } = encode(right);
  const part = body.subarray(0, Math.floor(body.length * keep));
  if (length === 'absent') {
    // Written by hand: Node would send chunks, and a missing last chunk is an error that the client notices.
    const lines = Object.entries({ ...headers, connection: 'close' }).map(
      ([name, value]) => `${name}: ${value}`,
    );
    res.socket?.write([`HTTP/1.1 ${right.status} OK`, ...lines, '', ''].join('\r\n'));
    res.socket?.end(part);
    return;
  }
  headers['content-length'] = String(length === 'declared' ? body.length : part.length);
  res.writeHead(right.status, headers);
  if (length === 'matching') res.end(part);
  else res.write(part, () => res.socket?.destroy());
}

const DRIP_EVERY_MS = 20_000;

async function drip(res: ServerResponse, right: Answer): Promise<void> {
  const { headers, body } = encode(right);
  res.writeHead(right.status, { ...headers, 'content-length': String(body.length) });
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  for (let sent = 0; sent < body.length && !gone.signal.aborted; sent += 1) {
    res.write(body.subarray(sent, sent + 1));
    await sleep(DRIP_EVERY_MS, undefined, { signal: gone.signal }).catch(() => undefined);
  }
  res.end();
}

function encode(answer: Answer): { headers: Record<string, string>; body: Buffer } {
  const { json, text, bytes } = answer;
  const body = bytes ?? Buffer.from(text ?? (json === undefined ? '' : JSON.stringify(json)));
  const contentType = answer.contentType ?? (json === undefined ? undefined : 'application/json');
  return {
    headers: {
      'apigw-requestid': randomBytes(11).toString('base64'),
      ...(contentType && { 'content-type': contentType }),
      ...answer.headers,
    },
    body,
  };
}

function retryAfterText({ seconds, as }: { seconds: number; as: 'seconds' | 'date' }): string {
  return as === 'seconds' ? String(seconds) : new Date(Date.now() + seconds * 1000).toUTCString();
}

/** An error as Runway words it. */
export function refusal(status: number, error: string): Answer {
  return { status, json: { error } };
}

export function invalid(issues: readonly unknown[]): Answer {
  return {
    status: 400,
    json: { error: 'Validation of body failed', issues, docUrl: 'https://docs.dev.runwayml.com/api' },
  };
}
