import type { ReelFailure } from '../../contract/schemas/failure';
import type { Reel } from '../../contract/schemas/reel';
import { useState } from 'preact/hooks';
import type { SupportPacket } from '../../contract/schemas/support';
import { callApi } from '../service/http';
import { errorHref, Link } from '../state/router';
import { useCatalog } from '../state/use-catalog';
import { pathOf } from '../state/use-reel';
import { CopyButton } from '../ui/copy-button';
import { accountWords, serviceWords } from '../words/account-words';
import { LinkedText } from '../ui/linked-text';

/** Why it could not be made, and what to do about it. */
export function FailurePanel({ reel, failure }: { readonly reel: Reel; readonly failure: ReelFailure }) {
  const { message, advice, account, service, code } = failure;
  const { entries, problem } = useCatalog(code);
  const cause = entries?.[0]?.cause;
  const found = [...(service ? [serviceWords(service)] : []), ...(account ? accountWords(account) : [])];
  return (
    <section class="section" aria-labelledby="failure-title">
      <h2 id="failure-title">Why, and what to do</h2>
      {(cause ?? problem) !== undefined && (
        <p>
          <LinkedText text={cause ?? message} />
        </p>
      )}
      {advice.length > 0 && (
        <ol class="advice">
          {advice.map((step) => (
            <li key={step}>
              <LinkedText text={step} />
            </li>
          ))}
        </ol>
      )}
      {found.length > 0 && (
        <>
          <h3>What we found at Runway</h3>
          <ul class="found">
            {found.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </>
      )}
      <div class="actions">
        <Support id={reel.id} />
        <Link class="more-link" href={errorHref(code)}>
          More about this error
        </Link>
      </div>
      {cause !== undefined && (
        <details class="small-print">
          <summary>The message in full</summary>
          <p>{message}</p>
        </details>
      )}
    </section>
  );
}

/** What Runway's support asks for, to copy, or to read first. */
function Support({ id }: { readonly id: string }) {
  const [packet, setPacket] = useState<SupportPacket>();
  const read = async () => {
    const found = await callApi<SupportPacket>(`${pathOf(id)}/support`);
    setPacket(found);
    return found.text;
  };
  return (
    <>
      <CopyButton text={read} label="Copy for Runway’s support" kind="plain" />
      {packet && (
        <details class="support" open>
          <summary>What was copied</summary>
          <pre tabIndex={0}>{packet.text}</pre>
        </details>
      )}
    </>
  );
}
