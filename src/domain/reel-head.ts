import { DEFAULT_GENERATIONS_PAID } from '../contract/money';
import type { Backend } from './backend';
import type { ReelHead } from './reel-state';
import { describeAudio } from '../contract/request';
import type { ReelRequest } from '../contract/schemas/request';
import { cutText, plainLine } from '../contract/text';

/**
 * What is fixed when a reel is accepted. HTTP and the workflow's first activity both make it here, so that a
 * reel that was started from the UI is bounded like one that came over HTTP.
 */
export function makeHead(args: {
  readonly id: string;
  readonly client: string;
  readonly bodyHash: string;
  readonly createdAt: string;
  readonly backend: Backend;
  readonly request: ReelRequest;
  readonly estimatedCredits: number;
  readonly remakeOf?: string;
  /** `DEFAULT_MAX_CREDITS`, where it is set. */
  readonly defaultMaxCredits?: number;
}): ReelHead {
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
  // Brackets make links and images in Temporal's Markdown: nothing of a caller's is to be clickable there.
  const text = plainLine(plainLine(request.title ?? request.promptText).replace(/[[\]<>`]+/g, ' '));
  if (text.length <= TITLE_LENGTH) return text;
  const start = cutText(text, TITLE_LENGTH - 1);
  const wordEnd = start.lastIndexOf(' ');
  return `${wordEnd > TITLE_LENGTH / 2 ? start.slice(0, wordEnd) : start}…`;
}
