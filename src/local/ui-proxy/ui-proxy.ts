/**
 * Stands before Temporal's Web UI, which answers whoever reaches its port: it checks neither Host nor Origin, and its CSRF
 * token can be read by whoever can read the page. A page elsewhere must not reach it, neither by a request across origins
 * (Origin, Sec-Fetch-Site) nor by a DNS name of its own that points to 127.0.0.1 (Host).
 */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { isLoopbackHost } from '../../platform/outbound/loopback';
import type { Address } from './hidden-address';

/** They belong to one connection, not to what is passed on. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What the answers say to browsers besides: no page elsewhere may embed them, or hold their window. */
const OWN_HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'SAMEORIGIN',
};

export interface UiDoor {
  /** Where the proxy listens. */
  readonly at: Address;
  /** Where the UI itself listens: kept secret. */
  readonly to: Address;
  /** How people reach the proxy if not on this machine; its host and origin are accepted as well. */
  readonly publicUrl?: string;
}

const ARGUMENT = '--ui=';

/** An argument that names a door to another process. */
export function uiDoorArgument(door: UiDoor): string {
  return ARGUMENT + JSON.stringify(door);
}

/** What `uiDoorArgument` wrote; undefined for any other argument. */
export function readUiDoor(argument = ''): UiDoor | undefined {
  if (!argument.startsWith(ARGUMENT)) return undefined;
  return JSON.parse(argument.slice(ARGUMENT.length)) as UiDoor;
}

/** Resolves when the proxy listens. @throws Error for an address that is taken. */
export function openUiDoor({ at, to, publicUrl }: UiDoor): Promise<Server> {
  const own = publicUrl === undefined ? undefined : new URL(publicUrl);
  const server = createServer((req, res) => {
    const refusal = refusalOf(req, own);
    if (refusal !== undefined) return refuse(res, 403, refusal);
    forward(req, res, to);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(at, () => resolve(server));
  });
}

/** Why a request is not for the UI; undefined: it is. */
function refusalOf({ headers, rawHeaders, method, url }: IncomingMessage, own?: URL): string | undefined {
  const host = hostOf(headers.host);
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length;
  // A target with a host of its own would overrule the header.
  if (!host || hosts !== 1 || !url?.startsWith('/')) return 'This host name is not ours.';
  if (!isLoopbackHost(host.hostname) && host.host !== own?.host) return 'This host name is not ours.';

  const { origin } = headers;
  if (origin !== undefined && origin !== own?.origin && origin !== host.origin) {
    return "This page may not use Temporal's UI.";
  }
  // A link may lead here from anywhere; nothing else may.
  const link =
    (method === 'GET' || method === 'HEAD') &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document';
  return isOwnPage(headers) || link ? undefined : "This page may not use Temporal's UI.";
}

/** Sent by the UI's own pages, by an address that was typed, or by a program that is no browser. */
function isOwnPage(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' || site === 'none';
}

/** Letters before an `@`, or a path, would make a URL of another host than its text says. */
function hostOf(header: string | undefined): URL | undefined {
  const url = `http://${header ?? ''}`;
  return /^[\w.[\]:-]+$/.test(header ?? '') && URL.canParse(url) ? new URL(url) : undefined;
}

function forward(req: IncomingMessage, res: ServerResponse, to: Address): void {
  const { method, url, headers } = req;
  const keepCookies = isOwnPage(headers);
  // One connection for each: none that the UI has meanwhile given up.
  const passed = request({ ...to, method, path: url, headers: passedOn(headers), agent: false });
  passed.once('response', (answer) => {
    res.writeHead(answer.statusCode ?? 502, { ...answered(answer.headers, keepCookies), ...OWN_HEADERS });
    answer.once('error', () => res.destroy()).pipe(res);
  });
  passed.once('error', () => {
    if (res.headersSent) res.destroy();
    else refuse(res, 502, "Temporal's UI does not answer.");
  });
  res.once('close', () => passed.destroy());
  req.once('error', () => passed.destroy()).pipe(passed);
}

function passedOn(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)));
}

/** The answer's headers. Its CSRF cookie is for the UI's own pages, and it allows other origins nothing. */
function answered(headers: IncomingHttpHeaders, keepCookies: boolean): OutgoingHttpHeaders {
  return Object.fromEntries(
    Object.entries(passedOn(headers)).filter(
      ([name]) => !name.startsWith('access-control-') && (keepCookies || name !== 'set-cookie'),
    ),
  );
}

function refuse(res: ServerResponse, status: number, text: string): void {
  res
    .writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
    .end(`${text}\n`);
}
