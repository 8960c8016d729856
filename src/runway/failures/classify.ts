/** What Runway's refusals and failures mean, by status and text and the code inside the failure text. */
import { CATALOG, type CatalogCode, entryOf } from './error-catalog';
import type { CatalogEntry } from '../../contract/schemas/failure';

/** Statuses that leave the outcome of a create open: a time-out of the server, a conflict, a client that hung up (nginx). */
const IN_DOUBT: readonly number[] = [408, 409, 499];

/**
 * The meaning of an HTTP error that Runway, or the gateway before it, answered to a create in JSON.
 *
 * @returns undefined when the status says nothing certain about the create (408, 409, 504 and others).
 */
export function classifyHttp(status: number, text: string): CatalogEntry | undefined {
  const said = text.toLowerCase();
  const byText = ({ httpText }: CatalogEntry) =>
    httpText?.status === status && httpText.words.some((words) => said.includes(words));
  const known =
    CATALOG.find(byText) ?? CATALOG.find(({ httpStatus }: CatalogEntry) => httpStatus?.includes(status));
  const refused = status >= 400 && status < 500 && !IN_DOUBT.includes(status);
  return known ?? (refused ? entryOf('refused') : undefined);
}

const FAMILIES = CATALOG.flatMap((entry: CatalogEntry) =>
  (entry.failureCodes ?? []).map((prefix) => ({ prefix, code: entry.code as CatalogCode })),
).sort((a, b) => b.prefix.length - a.prefix.length);

/**
 * The meaning of a generation that ended as FAILED. Families match by prefix, at a dot; the set of codes is
 * open, and one that matches none fails closed.
 */
export function classifyFailure(failureCode: string | undefined, failure: string | undefined): CatalogEntry {
  if (!failureCode) return entryOf(embeddedCode(failure) === 13 ? 'internal_error' : 'no_failure_code');
  const family = FAMILIES.find(
    ({ prefix }) => failureCode === prefix || failureCode.startsWith(`${prefix}.`),
  );
  return entryOf(family?.code ?? 'unknown_failure_code');
}

/** The upstream code that stands as JSON inside the failure text: `Generation failed: {"code":13,…}`. */
export function embeddedCode(failure: string | undefined): number | undefined {
  const json = /\{.*\}/s.exec(failure ?? '')?.[0];
  if (json === undefined) return undefined;
  try {
    const code = (JSON.parse(json) as { code?: unknown }).code;
    return typeof code === 'number' ? code : undefined;
  } catch {
    return undefined;
  }
}
