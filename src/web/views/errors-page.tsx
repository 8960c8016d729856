/** What the errors mean: all of them, and one by one. */
import type { CatalogEntry } from '../../contract/schemas/failure';
import { ERRORS_HREF, errorHref, Link } from '../state/router';
import { useCatalog } from '../state/use-catalog';
import { Icon } from '../ui/icon';
import { LinkedText } from '../ui/linked-text';
import { Notice } from '../ui/notice';
import { PageHeading } from '../ui/page-heading';

const GROUPS = [
  { category: 'service', title: 'Runway had a problem' },
  { category: 'model', title: 'The model had a problem' },
  { category: 'account', title: 'Your account or key' },
  { category: 'input', title: 'What was asked for' },
  { category: 'safety', title: 'Refused for safety' },
  { category: 'network', title: 'On the way to Runway' },
  { category: 'unknown', title: 'Everything else' },
] as const;

export function ErrorsPage() {
  const { entries = [], problem } = useCatalog();
  return (
    <div class="prose">
      <PageHeading title="What the errors mean" />
      <p>What Runway or this service says, why it happens, and what you can do.</p>
      {problem && <Notice tone="bad">{problem.message}</Notice>}
      {GROUPS.map(({ category, title }) => {
        const group = entries.filter((entry) => entry.category === category);
        return group.length === 0 ? null : (
          <section key={category} class="section">
            <h2>{title}</h2>
            <ul class="error-list">
              {group.map(({ code, title: name, failureCodes = [] }) => (
                <li key={code}>
                  <Link href={errorHref(code)}>{name}</Link>
                  <code>{[code, ...failureCodes].join(' · ')}</code>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
}

const CHARGE = {
  nothing: 'Nothing is charged.',
  refunded: 'Runway gives the credits back.',
  kept: 'Runway keeps the credits.',
  read: 'What was charged stands on the reel, as Runway says it.',
} as const satisfies Record<CatalogEntry['charge'], string>;

export function ErrorPage({ code }: { readonly code: string }) {
  const { entries, problem } = useCatalog(code);
  return (
    <div class="prose">
      <Link class="back" href={ERRORS_HREF}>
        <Icon name="back" />
        All errors
      </Link>
      {entries === undefined && !problem && <p class="hint">Loading…</p>}
      {problem && (
        <>
          <PageHeading title={problem.status === 404 ? `${code} is not known here` : problem.title} />
          <p>{problem.status === 404 ? 'No error has this code. Is it whole?' : problem.message}</p>
        </>
      )}
      {entries?.map((entry, index) => (
        <Entry key={entry.code} entry={entry} asked={code} first={index === 0} />
      ))}
    </div>
  );
}

interface EntryProps {
  readonly entry: CatalogEntry;
  readonly asked: string;
  readonly first: boolean;
}

function Entry({ entry, asked, first }: EntryProps) {
  const { code, title, cause, charge, advice, handling, failureCodes = [], httpStatus = [] } = entry;
  const names = [...new Set([asked, code, ...failureCodes, ...httpStatus.map((status) => `HTTP ${status}`)])];
  return (
    <article class="error-entry">
      {first ? <PageHeading title={title} /> : <h2 class="as-title">{title}</h2>}
      <p class="names">
        {names.map((name) => (
          <code key={name}>{name}</code>
        ))}
      </p>
      <p class="lead">
        <LinkedText text={cause} />
      </p>
      <p>{CHARGE[charge]}</p>
      <h2 class="as-part">What you can do</h2>
      <ol class="advice">
        {advice.map((step) => (
          <li key={step}>
            <LinkedText text={step} />
          </li>
        ))}
      </ol>
      <h2 class="as-part">What the service does</h2>
      <p>
        <LinkedText text={handling} />
      </p>
    </article>
  );
}
