import { type ProblemCode, PROBLEMS } from '../../contract/problems';
import type { Route } from '../http/route';

const ANY: readonly ProblemCode[] = [
  'bad_request',
  'host_not_allowed',
  'forwarded_not_allowed',
  'origin_not_allowed',
  'internal_error',
  'overloaded',
];
const CALLER: readonly ProblemCode[] = ['unauthorized', 'too_many_failed_keys', 'not_from_own_page'];
const KEY: readonly ProblemCode[] = [...CALLER, 'rate_limited'];
const BY_ACCESS = {
  open: [],
  key: KEY,
  link: [...CALLER, 'link_invalid', 'link_expired'],
  admin: [...KEY, 'admin_only'],
} as const satisfies Record<Route['access'], readonly ProblemCode[]>;
const BODY: readonly ProblemCode[] = [
  'malformed_json',
  'request_too_slow',
  'body_too_large',
  'unsupported_media_type',
];

/** The problems that a call may be answered with, by status. */
export function refusalsOf({
  access,
  body,
  problems,
}: Pick<Route, 'access' | 'body' | 'problems'>): Map<number, ProblemCode[]> {
  const codes = [...ANY, ...BY_ACCESS[access], ...(body ? BODY : []), ...problems];
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of new Set(codes)) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return new Map([...byStatus].sort(([a], [b]) => a - b));
}
