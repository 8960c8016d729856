import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Reel, ReelPage } from '../../contract/schemas/reel';
import { type ApiProblem, callApi } from '../service/http';
import { usePoll } from './use-poll';
import { isEnded } from './use-reel';

interface GalleryFilter {
  /** As the API takes it; empty: all. */
  readonly status: string;
  /** Words, or an Operation ID. */
  readonly search: string;
}

export interface Gallery {
  readonly filter: GalleryFilter;
  readonly setFilter: (filter: GalleryFilter) => void;
  readonly reels: readonly Reel[];
  readonly loading: boolean;
  readonly problem?: ApiProblem;
  /** Undefined when all are there. */
  readonly loadMore?: () => void;
  /** Reads the newest page again. */
  readonly refresh: () => void;
  readonly remove: (id: string) => void;
}

const PAGE = 40;
const REFRESH_MS = 10_000;
const TYPING_MS = 300;
const OPERATION_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface Loaded {
  readonly reels: readonly Reel[];
  readonly nextCursor: string | null;
}

/** The caller's reels, page by page; unfinished ones are read again while the page is visible. */
export function useGallery(enabled: boolean): Gallery {
  const [filter, setFilter] = useState<GalleryFilter>({ status: '', search: '' });
  const [loaded, setLoaded] = useState<Loaded>();
  const [problem, setProblem] = useState<ApiProblem>();
  const [loading, setLoading] = useState(false);
  // Answers to an earlier filter must not fill a later one.
  const round = useRef(0);

  const read = useCallback(
    async (cursor: string | null, take: (page: Loaded) => void) => {
      const mine = round.current;
      setLoading(true);
      try {
        const page = await callApi<ReelPage>(`v1/reels?${queryOf(filter, cursor)}`);
        if (mine !== round.current) return;
        take(page);
        setProblem(undefined);
      } catch (error) {
        if (mine === round.current) setProblem(error as ApiProblem);
      } finally {
        if (mine === round.current) setLoading(false);
      }
    },
    [filter],
  );
  const readFirst = useCallback(
    () => read(null, (page) => setLoaded((before) => merge(page, before))),
    [read],
  );

  useEffect(() => {
    if (!enabled) return;
    round.current += 1;
    setLoaded(undefined);
    setProblem(undefined);
    setLoading(true);
    const timer = setTimeout(() => void readFirst(), filter.search === '' ? 0 : TYPING_MS);
    return () => clearTimeout(timer);
  }, [enabled, filter, readFirst]);

  const waits = loaded === undefined || loaded.reels.some((reel) => !isEnded(reel)) || problem !== undefined;
  usePoll(readFirst, REFRESH_MS, enabled && waits && loaded !== undefined);

  const cursor = loaded?.nextCursor ?? null;
  return {
    filter,
    setFilter,
    reels: loaded?.reels ?? [],
    loading,
    problem,
    loadMore:
      cursor === null || loading
        ? undefined
        : () => void read(cursor, (page) => setLoaded((before) => append(before, page))),
    refresh: () => void readFirst(),
    remove: (id) =>
      setLoaded((before) => before && { ...before, reels: before.reels.filter((reel) => reel.id !== id) }),
  };
}

function queryOf({ status, search }: GalleryFilter, cursor: string | null): string {
  const words = search.trim();
  return new URLSearchParams({
    limit: String(PAGE),
    ...(status !== '' && { status }),
    ...(words !== '' && (OPERATION_ID.test(words) ? { runwayTaskId: words.toLowerCase() } : { q: words })),
    ...(cursor !== null && { cursor }),
  }).toString();
}

/** A fresh first page over what was loaded before: later pages stay. */
function merge(page: Loaded, before: Loaded | undefined): Loaded {
  if (!before || before.reels.length <= page.reels.length) return page;
  const fresh = new Set(page.reels.map(({ id }) => id));
  return {
    reels: [...page.reels, ...before.reels.filter(({ id }) => !fresh.has(id))],
    nextCursor: before.nextCursor,
  };
}

/** Reels move while pages are read: one that comes again stays where it was. */
function append(before: Loaded | undefined, page: Loaded): Loaded {
  const known = new Set(before?.reels.map(({ id }) => id));
  return {
    reels: [...(before?.reels ?? []), ...page.reels.filter(({ id }) => !known.has(id))],
    nextCursor: page.nextCursor,
  };
}
