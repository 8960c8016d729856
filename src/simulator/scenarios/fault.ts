/** What a client gets instead of the right answer. Plain data, so that a task's faults survive in the journal. */
export type Fault =
  | AnswerFault
  /** The connection is closed properly (FIN) or reset (RST) without an answer, or stays open for ever. */
  | { readonly kind: 'close' | 'reset' | 'hang' }
  /**
   * Only the first part of the right answer comes. Its length is `declared` (a client notices that the rest is
   * missing), `absent` (the end of the connection ends the body: no error at all) or `matching` the part.
   */
  | { readonly kind: 'cut'; readonly keep: number; readonly length: 'declared' | 'absent' | 'matching' }
  /** The right answer comes byte by byte, one every 20 s. */
  | { readonly kind: 'drip' }
  /** A redirect to the right answer, at the same address. */
  | { readonly kind: 'redirect' }
  /** The right answer comes late: after this many times the usual length of a task. */
  | { readonly kind: 'delay'; readonly taskLengths: number }
  /** The right JSON, with these fields replaced. */
  | { readonly kind: 'patch'; readonly fields: Readonly<Record<string, unknown>> };

/** Another answer. Without `json`, `text` or `bytesAs` the body is empty. */
export interface AnswerFault {
  readonly kind: 'answer';
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly retryAfter?: { readonly seconds: number; readonly as: 'seconds' | 'date' };
  /** Keeps the right body and changes only its Content-Type. */
  readonly bytesAs?: string;
}

/** How the ledger names it: the HTTP status, or the kind of fault. */
export function faultName(fault: Fault): string {
  return fault.kind === 'answer' ? String(fault.status) : fault.kind;
}
