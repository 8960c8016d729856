import type { FailureEnvelope } from '../../domain/failure';
import { formatCredits } from '../../contract/money';
import type { CatalogEntry } from '../../contract/schemas/failure';

export interface FailureEvidence {
  /** What happened, in Runway's words or ours. */
  readonly words?: string;
  /** What is waited for before the next attempt, where that says more than the title. */
  readonly waitingFor?: string;
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
  const { words, uncertainCredits: _uncertain, ...facts } = evidence;
  const happened = words ? `${entry.title}: ${words.replace(/[.\s]+$/, '')}.` : `${entry.title}.`;
  const chargedCredits = evidence.chargedCredits ?? (entry.charge === 'nothing' ? 0 : undefined);
  const message = [happened, chargeText(chargedCredits, evidence.uncertainCredits), entry.advice[0]]
    .filter(Boolean)
    .join(' ');
  return {
    schemaVersion: 1,
    code: entry.code,
    verdict: entry.verdict,
    category: entry.category,
    title: entry.title,
    message,
    advice: entry.advice,
    ...definedOnly({ ...facts, chargedCredits }),
  };
}

function chargeText(charged: number | undefined, uncertain: number | undefined): string {
  if (charged === 0) return 'Nothing was charged.';
  if (charged !== undefined) return `Charged: ${formatCredits(charged)}.`;
  if (uncertain) return `May have been charged: up to ${formatCredits(uncertain)}.`;
  return 'What was charged is not known.';
}

function definedOnly<T extends object>(facts: T): T {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as T;
}
