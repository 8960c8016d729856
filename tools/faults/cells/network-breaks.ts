/** Ways in which one HTTP call breaks. */
import type { Break } from './network-calls';

const json = (status: number, error: string) =>
  ({
    kind: 'answer',
    status,
    body: JSON.stringify({ error }),
    headers: { 'content-type': 'application/json' },
  }) as const;

export const RESET_BEFORE: Break = {
  name: 'reset before the request is read',
  at: 'connected',
  fault: { kind: 'reset' },
};
export const RESET_AFTER: Break = {
  name: 'reset in place of the answer',
  at: 'response',
  fault: { kind: 'reset' },
};
export const BLACK_HOLE: Break = { name: 'no answer', at: 'request', fault: { kind: 'black hole' } };
export const ANSWER_LOST: Break = {
  name: 'done, and no answer',
  at: 'response',
  fault: { kind: 'black hole' },
};
export const SLOW: Break = { name: 'slow answer', at: 'response', fault: { kind: 'slow' } };
export const CUT_SHORT: Break = {
  name: 'half an answer',
  at: 'response',
  fault: { kind: 'truncated', declared: true },
};
export const CUT_SHORT_UNSEEN: Break = {
  name: 'half an answer, of no declared length',
  at: 'response',
  fault: { kind: 'truncated', declared: false },
};
/** What matters may stand in the part that came. */
export const LAST_BYTE_LOST: readonly Break[] = [true, false].map((declared) => ({
  name: `all of the answer but its last byte${declared ? '' : ', of no declared length'}`,
  at: 'response',
  fault: { kind: 'truncated', declared, missing: 1 },
}));
export const BROKEN_JSON: Break = {
  name: 'broken JSON',
  at: 'request',
  fault: { kind: 'answer', status: 200, body: '{"id": ', headers: { 'content-type': 'application/json' } },
};
export const HTML_200: Break = {
  name: 'HTML with 200',
  at: 'request',
  fault: { kind: 'answer', status: 200 },
};
export const HTML_502: Break = {
  name: 'HTML with 502',
  at: 'request',
  fault: { kind: 'answer', status: 502 },
};
export const RETYPED: Break = {
  name: 'right answer of a wrong type',
  at: 'response',
  fault: { kind: 'retyped', contentType: 'text/plain' },
};
export const REDIRECT: Break = {
  name: 'redirect',
  at: 'request',
  fault: { kind: 'answer', status: 307, body: '', headers: { location: '/_simulator/redirected' } },
};
export const EXPIRED: Break = {
  name: 'expired URL (403)',
  at: 'request',
  fault: { kind: 'answer', status: 403, body: '<Error><Code>AccessDenied</Code></Error>' },
};
export const BUSY: Break = { name: '429 of Runway', at: 'request', fault: json(429, 'Too many requests.') };
export const OVERLOADED: Break = {
  name: '503 of Runway',
  at: 'request',
  fault: json(503, 'Service unavailable.'),
};

/** Of any HTTP server. */
export const ANY_BREAK: readonly Break[] = [
  RESET_BEFORE,
  RESET_AFTER,
  BLACK_HOLE,
  ANSWER_LOST,
  SLOW,
  CUT_SHORT,
  CUT_SHORT_UNSEEN,
  BROKEN_JSON,
  HTML_200,
  HTML_502,
  RETYPED,
  REDIRECT,
];
