import type { AccountFinding, Evidence, ServiceFinding } from './diagnosis';
import type { ReelFailure } from './failure';
import type { ReelRequest } from '../contract/request';

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

export const PHASES = [
  'submitting',
  /** Runway: THROTTLED. */
  'waiting_for_slot',
  /** Runway: PENDING. */
  'queued_at_runway',
  'running',
  'waiting_to_retry',
  'waiting_for_runway',
  'waiting_for_quota',
  'waiting_for_access',
  'waiting_for_fallback',
  'storing',
  'done',
] as const;
export type Phase = (typeof PHASES)[number];

/** The product of one request, as `GET /v1/reels/{id}` answers it. */
export interface Reel {
  readonly id: string;
  readonly status: ReelStatus;
  readonly phase: Phase;
  /** Made by the simulator: a practice clip, not made by AI, nothing charged. */
  readonly simulated: boolean;
  readonly warnings: readonly string[];
  /** 0 to 1, of the running generation. */
  readonly progress: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly finishedAt?: string;
  readonly request: ReelRequest;
  readonly generations: readonly Generation[];
  readonly waiting?: Waiting;
  readonly decision?: Decision;
  readonly credits: Credits;
  readonly video?: Video;
  readonly failure?: ReelFailure;
  /** The reel that this one was made again from. */
  readonly remakeOf?: string;
  /** The reels that were made again from this one. */
  readonly remadeAs?: readonly string[];
  readonly links: Links;
}

export type GenerationStatus =
  'submitting' | 'submitted' | 'succeeded' | 'failed' | 'cancelled' | 'uncertain';

/** One paid submission to Runway. */
export interface Generation {
  /** From 1. */
  readonly number: number;
  readonly model: string;
  /** What differs from the request, in words; empty for the caller's own settings. */
  readonly changes: readonly string[];
  /** The prompt where a fallback changed it; without the line that `audio: music` adds as it is sent. */
  readonly promptText?: string;
  /** The Operation ID. Absent while it is not known. */
  readonly runwayTaskId?: string;
  /** Runway's ID of the paid HTTP request (`apigw-requestid`), for its support, where an answer told it. */
  readonly requestId?: string;
  readonly status: GenerationStatus;
  readonly failureCode?: string;
  readonly failure?: string;
  /** The most that Runway may charge. */
  readonly estimatedCredits: number;
  /** What Runway charged (`cost.credits`). Absent while it is not known. */
  readonly credits?: number;
  readonly startedAt: string;
  readonly endedAt?: string;
}

/** What a decision is about: a submit whose answer was lost, or a finished video that could not be fetched. */
export const DECISIONS = ['lost_answer', 'output'] as const;
export type DecisionAbout = (typeof DECISIONS)[number];

/** A reel that needs a decision. */
export interface Decision {
  /** Absent in what release 0.1.0 wrote, which knew lost answers only. */
  readonly about?: DecisionAbout;
  readonly generation: number;
  readonly since: string;
  /** Without a decision the reel fails at this time, with the possible charge. */
  readonly until: string;
  /** Of a lost answer. For admins: it tells what the whole account does. */
  readonly evidence?: Evidence;
  /** Of an output: why it could not be fetched, as it was at the last try. */
  readonly problem?: string;
  readonly choices: readonly Choice[];
}

export interface Choice {
  readonly action: ResolveAction;
  /** What it does and where to look, for people. */
  readonly text: string;
  /** The most it may cost beyond what is charged already, in credits. */
  readonly atMostCredits: number;
}

export const RESOLVE_ACTIONS = ['adopt', 'regenerate', 'abandon', 'fetch'] as const;
export type ResolveAction = (typeof RESOLVE_ACTIONS)[number];

export interface Waiting {
  /** What the reel waits for, in words: `Retrying due to internal error (1/3)`. */
  readonly for: string;
  readonly number?: number;
  readonly limit?: number;
  readonly nextAt?: string;
  readonly account?: AccountFinding;
  readonly service?: ServiceFinding;
}

export interface Credits {
  /** The most that one generation with the caller's settings costs. */
  readonly estimated: number;
  /** Sum of what Runway said it charged. */
  readonly charged: number;
  /** May have been charged as well, but could not be read. */
  readonly uncertain: number;
}

/** How a stored file was checked: every frame decoded, or only the way in which it is put together looked at. */
export const VIDEO_CHECKED = ['decoded', 'structure'] as const;
export type VideoChecked = (typeof VIDEO_CHECKED)[number];

/** The stored file, as it was checked. */
export interface StoredVideo {
  /** Absent in what release 0.1.0 wrote, which looked at the structure. */
  readonly checked?: VideoChecked;
  readonly bytes: number;
  readonly sha256: string;
  readonly contentType: string;
  readonly width: number;
  readonly height: number;
  readonly durationSeconds: number;
  readonly hasAudio: boolean;
}

export interface Video extends StoredVideo {
  readonly checked: VideoChecked;
  /** Signed, valid for 24 hours, renewed by each GET of the reel. */
  readonly url: string;
}

export interface Links {
  readonly self: string;
  readonly events: string;
  readonly video?: string;
  readonly temporal?: string;
}
