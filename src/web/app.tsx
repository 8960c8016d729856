/** The page: what surrounds all views, and what they share. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { ModelList } from '../contract/schemas/models';
import type { Reel } from '../contract/schemas/reel';
import type { Session } from '../contract/schemas/session';
import { type ApiProblem, callApi, sessionLost } from './service/http';
import { type Draft, fromLink, fromRequest, newDraft } from './form/draft';
import { MakeForm } from './form/make-form';
import { ERRORS_HREF, HOME_HREF, Link, type Route, useRoute } from './state/router';
import { useGallery } from './state/use-gallery';
import { useHealth } from './state/use-health';
import { Notice } from './ui/notice';
import { PageHeading } from './ui/page-heading';
import { ErrorPage, ErrorsPage } from './views/errors-page';
import { Gallery } from './views/gallery';
import { HealthStrip } from './views/health-strip';
import { KeyDialog } from './views/key-dialog';
import { ReelPage } from './views/reel-page';

export function App() {
  const route = useRoute();
  const { session, setSession, problem } = useSession();
  const signedIn = session !== undefined && !session.keyNeeded;
  const { list, draft, setDraft } = useDraft(signedIn);
  const health = useHealth(signedIn, session?.admin ?? false);
  const gallery = useGallery(signedIn);
  const slotsOf = useCallback(
    (model: string) => health.account?.account?.models?.[model]?.maxConcurrentGenerations,
    [health.account],
  );

  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.querySelector<HTMLElement>('#main')?.focus();
        }}
      >
        Skip to the content
      </a>
      <header class="top">
        <Link class="brand" href={HOME_HREF}>
          <BrandMark />
          durable-reels
        </Link>
        <nav aria-label="Main">
          <Link href={HOME_HREF}>Make</Link>
          <Link href={HOME_HREF} onArrival={showGallery}>
            Reels
          </Link>
          <Link href={ERRORS_HREF}>Errors</Link>
        </nav>
        {signedIn && <HealthStrip health={health} model={draft?.model} />}
      </header>
      {list?.simulated && (
        <aside class="practice" aria-label="Practice mode">
          <strong>Practice mode.</strong> Clips are samples, not made by AI, and nothing is charged.
        </aside>
      )}
      <main id="main" tabIndex={-1}>
        {problem && <Notice tone="bad">{problem.message} It is asked again in a moment.</Notice>}
        {signedIn && (
          <View
            route={route}
            home={
              <Home>
                {list && draft && (
                  <MakeForm list={list} draft={draft} setDraft={setDraft} onMade={gallery.refresh} />
                )}
                <Gallery gallery={gallery} />
              </Home>
            }
            reel={(id) => (
              <ReelPage
                key={id}
                id={id}
                list={list}
                slotsOf={slotsOf}
                onReuse={(reel: Reel) => list && draft && setDraft(fromRequest(draft, reel.request, list))}
                onDeleted={gallery.remove}
              />
            )}
          />
        )}
      </main>
      {session?.keyNeeded && <KeyDialog onSession={setSession} />}
    </>
  );
}

interface ViewProps {
  readonly route: Route;
  readonly home: preact.ComponentChild;
  readonly reel: (id: string) => preact.ComponentChild;
}

function View({ route, home, reel }: ViewProps) {
  switch (route.view) {
    case 'home':
      return <>{home}</>;
    case 'reel':
      return <>{reel(route.id)}</>;
    case 'errors':
      return <ErrorsPage />;
    case 'error':
      return <ErrorPage key={route.code} code={route.code} />;
    case 'unknown':
      return (
        <div class="prose">
          <PageHeading title="There is nothing here" />
          <p>
            <Link href={HOME_HREF}>To your reels</Link>
          </p>
        </div>
      );
  }
}

function Home({ children }: { readonly children: preact.ComponentChildren }) {
  return (
    <div class="home">
      <div class="visually-hidden">
        <PageHeading title="Reels" />
      </div>
      {children}
    </div>
  );
}

const AGAIN_MS = 3_000;

/** Who the caller is; asked again when the service stops knowing it. */
function useSession() {
  const [session, setSession] = useState<Session>();
  const [problem, setProblem] = useState<ApiProblem>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () => {
      callApi<Session>('v1/session').then(
        (found) => {
          setSession(found);
          setProblem(undefined);
        },
        (error: unknown) => {
          setProblem(error as ApiProblem);
          timer = setTimeout(ask, AGAIN_MS);
        },
      );
    };
    const lost = () => setSession((before) => before && { ...before, client: null, keyNeeded: true });
    ask();
    sessionLost.addEventListener('lost', lost);
    return () => {
      clearTimeout(timer);
      sessionLost.removeEventListener('lost', lost);
    };
  }, []);
  return { session, setSession, problem };
}

/** The form's catalogs and its contents: they stay while a reel is shown. */
function useDraft(enabled: boolean) {
  const [list, setList] = useState<ModelList>();
  const [draft, setDraft] = useState<Draft>();
  useEffect(() => {
    if (!enabled || list) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () => {
      callApi<ModelList>('v1/models').then(
        (found) => {
          setList(found);
          // A link fills the form and never sends it.
          setDraft(fromLink(newDraft(found), location.search, found));
        },
        () => (timer = setTimeout(ask, AGAIN_MS)),
      );
    };
    ask();
    return () => clearTimeout(timer);
  }, [enabled, list]);
  return { list, draft, setDraft };
}

/** On a phone the gallery lies below the form. */
function showGallery(): void {
  const heading = document.querySelector<HTMLElement>('#gallery-title');
  heading?.scrollIntoView();
  heading?.focus({ preventScroll: true });
}

function BrandMark() {
  return (
    <svg class="brand-mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <rect x="5" y="1.5" width="14" height="21" rx="3.5" />
      <path d="M10 8v8l6.2-4z" />
    </svg>
  );
}
