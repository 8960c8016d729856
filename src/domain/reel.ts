/** A reel as it is kept, in the memo of its run and in `reel.json`, and the names by which Temporal knows it. */
import type { Backend } from './backend';
import type { Diagnosis } from './failure';
import type { ReelFailure } from '../contract/schemas/failure';
import type { Credits, Decision, Generation, Phase, StoredVideo, Waiting } from '../contract/schemas/reel';
import { REEL_ID_PATTERN, type ReelStatus } from '../contract/reel';
import type { ReelRequest } from '../contract/schemas/request';
import { DEFAULT_GENERATIONS_PAID } from '../contract/money';
import { describeAudio } from '../contract/request';
import { cutText, plainLine } from '../contract/text';

/** What is fixed when a reel is accepted. Memo field `head`; also in `reel.json`. */
export interface ReelHead {
  readonly schemaVersion: 1;
  readonly id: string;
  /** Name of the API key that asked for it; `local` without keys. */
  readonly client: string;
  /** SHA-256 of the canonical JSON of the body as it was sent, for idempotent repeats. */
  readonly bodyHash: string;
  readonly createdAt: string;
  readonly backend: Backend;
  readonly request: ReelRequest;
  /** The most that one generation with these settings costs, in credits. */
  readonly estimatedCredits: number;
  /** The most that all generations together may cost, in credits. */
  readonly maxCredits: number;
  /** The reel that this one was made again from. */
  readonly remakeOf?: string;
}

/** What changes while a reel is made. Memo field `state`; also in `reel.json`. */
export interface ReelState {
  readonly schemaVersion: 1;
  readonly status: ReelStatus;
  readonly phase: Phase;
  readonly generations: readonly Generation[];
  readonly credits: Credits;
  readonly warnings: readonly string[];
  readonly waiting?: Waiting;
  readonly decision?: Decision;
  /** Account and status page, as they were last seen. */
  readonly diagnosis?: Diagnosis;
  readonly video?: StoredVideo;
  readonly failure?: ReelFailure;
  readonly updatedAt: string;
  readonly finishedAt?: string;
}

/** `reel.json`: written when a reel is accepted and at its end, so that it outlives Temporal's history. */
export interface ReelRecord {
  readonly schemaVersion: 1;
  /** The run's workflow ID: `reel-<id>` unless it was started from another workflow or the UI, under another name. */
  readonly workflowId: string;
  readonly head: ReelHead;
  readonly state: ReelState;
}

/** The state of a reel before its workflow has written any. */
export function queuedState(head: ReelHead): ReelState {
  return {
    schemaVersion: 1,
    status: 'queued',
    phase: 'submitting',
    generations: [],
    credits: { estimated: head.estimatedCredits, charged: 0, uncertain: 0 },
    warnings: [],
    updatedAt: head.createdAt,
  };
}

/** Memo fields of a reel's workflow. */
export const MEMO_HEAD = 'head';
export const MEMO_STATE = 'state';

/**
 * HTTP and the workflow's first activity both make the head here, so that a reel that was started from the UI has the
 * same bounds as one that came over HTTP.
 */
export function makeHead(
  args: Omit<ReelHead, 'schemaVersion' | 'maxCredits'> & {
    /** `DEFAULT_MAX_CREDITS`, where it is set. */
    readonly defaultMaxCredits?: number;
  },
): ReelHead {
  const { defaultMaxCredits: _, ...head } = args;
  return { schemaVersion: 1, ...head, maxCredits: maxCreditsOf(args) };
}

/** The most that all generations of a reel may cost together. */
export function maxCreditsOf(args: {
  readonly request: ReelRequest;
  readonly estimatedCredits: number;
  readonly defaultMaxCredits?: number;
}): number {
  const { request, estimatedCredits, defaultMaxCredits } = args;
  return request.maxCredits ?? defaultMaxCredits ?? DEFAULT_GENERATIONS_PAID * estimatedCredits;
}

/** `Holiday Party · veo3.1_fast · 8 s · no audio · at most 320 credits`: one line for Temporal's UI. */
export function summarize(head: ReelHead): string {
  const { request, maxCredits } = head;
  return [
    titleOf(request),
    request.model,
    `${request.duration} s`,
    describeAudio(request.audio),
    `at most ${maxCredits} credits`,
  ].join(' · ');
}

/** Temporal refuses a summary over 400 bytes; 80 characters are 240 bytes at most. */
const TITLE_LENGTH = 80;

/** The title, or the beginning of the prompt: one line of plain text, 80 UTF-16 units at most. */
export function titleOf(request: Pick<ReelRequest, 'title' | 'promptText'>): string {
  // Brackets make links and images in Temporal's Markdown: a caller's text must not become clickable there.
  const text = plainLine(plainLine(request.title ?? request.promptText).replace(/[[\]<>`]+/g, ' '));
  if (text.length <= TITLE_LENGTH) return text;
  const start = cutText(text, TITLE_LENGTH - 1);
  const wordEnd = start.lastIndexOf(' ');
  return `${wordEnd > TITLE_LENGTH / 2 ? start.slice(0, wordEnd) : start}…`;
}

const WORKFLOW_ID_PREFIX = 'reel-';

export function workflowIdOf(reelId: string): string {
  return WORKFLOW_ID_PREFIX + reelId;
}

/** The ID of the reel in a workflow ID of ours; undefined for a workflow ID of another shape. */
export function reelIdOf(workflowId: string): string | undefined {
  if (!workflowId.startsWith(WORKFLOW_ID_PREFIX)) return undefined;
  const id = workflowId.slice(WORKFLOW_ID_PREFIX.length);
  return REEL_ID_PATTERN.test(id) ? id : undefined;
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** Lower-case base32 (RFC 4648) without padding: the alphabet of IDs. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((value >> bits) & 31);
    }
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? text + ALPHABET.charAt((value << (5 - bits)) & 31) : text;
}
