import type { FailureEnvelope } from '../domain/failure';
import { formatCredits } from '../domain/money';
import type { CatalogEntry } from './error-catalog';

export interface FailureEvidence {
  /** What happened, in Runway's words or ours. */
  readonly words?: string;
  readonly httpStatus?: number;
  readonly requestId?: string;
  readonly runwayFailureCode?: string;
  readonly runwayFailure?: string;
  readonly operationId?: string;
  /** What Runway says it charged. */
  readonly chargedCredits?: number;
  /** The most it may have charged, where that cannot be read. */
  readonly uncertainCredits?: number;
}

/** A catalog entry and what was seen, as one failure: what happened, what was charged, the cure. */
export function failureEnvelope(entry: CatalogEntry, evidence: FailureEvidence = {}): FailureEnvelope {
  const { words, uncertainCredits, ...facts } = evidence;
  const happened = words ? `${entry.title}: ${words.replace(/[.\s]+$/, '')}.` : `${entry.title}.`;
  const message = [happened, chargeText(entry, evidence), entry.advice[0]].filter(Boolean).join(' ');
  return {
    schemaVersion: 1,
    code: entry.code,
    verdict: entry.verdict,
    category: entry.category,
    title: entry.title,
    message,
    advice: entry.advice,
    ...definedOnly(facts),
  };
}

function chargeText(entry: CatalogEntry, evidence: FailureEvidence): string {
  if (evidence.chargedCredits !== undefined) return `Charged: ${formatCredits(evidence.chargedCredits)}.`;
  if (evidence.uncertainCredits)
    return `May have been charged: up to ${formatCredits(evidence.uncertainCredits)}.`;
  return entry.charge === 'nothing' ? 'Nothing was charged.' : 'What was charged is not known.';
}

function definedOnly<T extends object>(facts: T): T {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as T;
}
