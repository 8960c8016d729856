/** Values of a reel that rules are made of. They run in the workflow sandbox and in the browser, without zod. */

/** 26 characters of lower-case base32, after `sim-` for a simulated reel. */
export const REEL_ID_PATTERN = /^(?:sim-)?[a-z2-7]{26}$/;

export const REEL_STATUSES = [
  'queued',
  'in_progress',
  'needs_decision',
  'succeeded',
  'failed',
  'cancelled',
] as const;
export type ReelStatus = (typeof REEL_STATUSES)[number];

/** Statuses that never change again. `needs_decision` is not one of them. */
export type TerminalStatus = Extract<ReelStatus, 'succeeded' | 'failed' | 'cancelled'>;

export function isTerminal(status: ReelStatus): status is TerminalStatus {
  return status === 'succeeded' || status === 'failed' || status === 'cancelled';
}

/** What can be decided about a reel that needs a decision. */
export const RESOLVE_ACTIONS = ['adopt', 'regenerate', 'abandon', 'fetch'] as const;
export type ResolveAction = (typeof RESOLVE_ACTIONS)[number];
