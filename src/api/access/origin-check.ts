/**
 * Which pages may talk to this service. Without keys loopback is the only protection, and a browser on this
 * machine is inside it: a page elsewhere must neither spend nor read, neither by a cross-origin request
 * (Origin) nor by a DNS name of its own that points to 127.0.0.1 (Host).
 */
import type { Request, RequestHandler } from 'express';
import { isLoopbackHost } from '../../platform/outbound/loopback';
import type { ApiSettings } from '../deps';
import { Problem } from '../http/problem';

const CORS_HEADERS = {
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, DELETE',
  'Access-Control-Allow-Headers':
    'Authorization, Content-Type, Idempotency-Key, Last-Event-ID, Prefer, Range',
  'Access-Control-Expose-Headers':
    'Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag, Location, Preference-Applied, RateLimit, RateLimit-Policy, Retry-After',
  'Access-Control-Max-Age': '600',
} as const;

export function checkOrigin(
  settings: Pick<ApiSettings, 'apiKeys' | 'corsOrigins' | 'publicUrl'>,
): RequestHandler {
  const publicUrl = settings.publicUrl === undefined ? undefined : new URL(settings.publicUrl);
  const open = settings.apiKeys.length === 0;

  return (req, res, next) => {
    const host = hostOf(req.headers.host);
    if (open && !(host && (isLoopbackHost(host.hostname) || host.hostname === publicUrl?.hostname))) {
      throw new Problem(
        'host_not_allowed',
        'Without REEL_API_KEYS only localhost and the host of PUBLIC_URL are answered.',
      );
    }
    if (open && isForwarded(req)) {
      throw new Problem(
        'forwarded_not_allowed',
        'The request came through a proxy, and without REEL_API_KEYS only this machine is answered: set them.',
      );
    }
    res.vary('Origin');
    const { origin } = req.headers;
    if (origin === undefined) {
      next();
      return;
    }
    const allowed = settings.corsOrigins.includes(origin);
    if (!allowed && !isOwnOrigin(req, settings.publicUrl)) {
      throw new Problem(
        'origin_not_allowed',
        'Add its origin to CORS_ORIGINS, such as https://example.org, if it should.',
      );
    }
    if (allowed) res.set('Access-Control-Allow-Origin', origin).set(CORS_HEADERS);
    if (allowed && req.method === 'OPTIONS' && req.headers['access-control-request-method']) {
      res.sendStatus(204);
      return;
    }
    next();
  };
}

/** Headers that proxies, tunnels and CDNs add. */
const FORWARDED =
  /^(?:forwarded|via|x-forwarded.*|x-original-.+|x-envoy-.+|x-proxyuser-ip|(?:x|true|cf|fly|fastly|do|x-cluster)-(?:real|client|connecting)-ip)$/;

/** Whether a proxy forwarded the request: behind one, loopback protects nothing. */
function isForwarded({ headers }: Request): boolean {
  return Object.keys(headers).some((name) => FORWARDED.test(name));
}

/** Whether the page that a browser sends this request for is one of this service itself. */
export function isOwnPage(req: Request, publicUrl: string | undefined): boolean {
  // Browsers older than this header still send `Origin` with everything but a GET.
  return req.get('sec-fetch-site') === 'same-origin' || isOwnOrigin(req, publicUrl);
}

function isOwnOrigin({ headers: { origin = '', host } }: Request, publicUrl: string | undefined): boolean {
  if (publicUrl !== undefined && origin === new URL(publicUrl).origin) return true;
  const own = hostOf(host)?.host;
  return own !== undefined && hostOfOrigin(origin) === own;
}

/** Refuses user info and paths, which could make the URL's host differ from the text. */
function hostOf(header: string | undefined): URL | undefined {
  const url = `http://${header ?? ''}`;
  return /^[\w.[\]:-]+$/.test(header ?? '') && URL.canParse(url) ? new URL(url) : undefined;
}

/** Host and port of an http(s) origin; undefined for `null` and for what is no origin. */
function hostOfOrigin(origin: string): string | undefined {
  if (!/^https?:\/\//.test(origin) || !URL.canParse(origin)) return undefined;
  return new URL(origin).host;
}
