import type { Phase, Reel } from '../../contract/schemas/reel';

const PHASES = {
  submitting: 'Ordering the video',
  waiting_for_slot: 'Waiting for a free slot at Runway',
  queued_at_runway: 'In the queue at Runway',
  running: 'Runway makes the video',
  waiting_to_retry: 'Waiting before the next try',
  waiting_for_runway: 'Waiting for the end of a problem at Runway',
  waiting_for_quota: 'Waiting: Runway limits the requests',
  waiting_for_access: 'Waiting for access to Runway',
  waiting_for_fallback: 'Waiting before other settings are tried',
  storing: 'Saving and checking the video',
  done: 'Done',
} as const satisfies Record<Phase, string>;

/** What happens to a reel at this moment, for whoever does not know the service's own words. */
export function phaseWords({ status, phase }: Pick<Reel, 'status' | 'phase'>): string {
  switch (status) {
    case 'queued':
      return 'Accepted, about to begin';
    case 'in_progress':
      return PHASES[phase];
    case 'needs_decision':
      return 'Needs your decision';
    case 'succeeded':
      return 'Done';
    case 'failed':
      return 'Failed';
    case 'cancelled':
      return 'Cancelled';
  }
}
