import { classifyFailure, classifyHttp, embeddedCode } from './classify';
import { CATALOG, entryOf, findEntry } from './error-catalog';
import type { CatalogEntry } from '../../contract/schemas/failure';
import { cutText } from '../../contract/text';

const MAX_LENGTH = 2_000;

/**
 * The catalog entries for any sign of a failure: our code (`payment_required`), a failure type of
 * Temporal's UI (`Runway.PaymentRequired`), an HTTP status (`402`), Runway's `failureCode` (`SAFETY.INPUT.TEXT`), its
 * upstream code (`13`) or the failure text it stands in, or a fault of the connection (`ECONNRESET`).
 *
 * @returns the most likely one first; none when nothing of ours fits.
 */
export function explain(text: string): CatalogEntry[] {
  const said = cutText(text.trim(), MAX_LENGTH);
  const own = findEntry(said.toLowerCase()) ?? findEntry(codeOfType(said));
  if (own) return [own];
  if (said === '13' || embeddedCode(said) === 13) return [entryOf('internal_error')];
  const status = /^(?:HTTP\s*)?([345]\d\d)$/i.exec(said)?.[1];
  if (status !== undefined) return byStatus(status);
  const family = classifyFailure(said.toUpperCase(), undefined);
  if (said !== '' && family.code !== 'unknown_failure_code') return [family];
  return entriesWith(({ faults }) => faults?.includes(said.toUpperCase()));
}

function byStatus(status: string): CatalogEntry[] {
  const known = entriesWith(
    ({ httpStatus, httpText, faults }) =>
      httpStatus?.includes(Number(status)) || httpText?.status === Number(status) || faults?.includes(status),
  );
  // Any other status is that of a refusal, or leaves open what became of a create.
  return known.length > 0 ? known : [classifyHttp(Number(status), '') ?? entryOf('submit_outcome_unknown')];
}

function entriesWith(property: (entry: CatalogEntry) => boolean | undefined): CatalogEntry[] {
  return (CATALOG as readonly CatalogEntry[]).filter(property);
}

/** `Runway.PaymentRequired` → `payment_required` */
function codeOfType(type: string): string {
  const name = /^(?:Runway|Reel)\.(\w+)$/.exec(type)?.[1] ?? '';
  return name.replace(/(?<=.)(?=[A-Z])/g, '_').toLowerCase();
}
