import { useEffect, useState } from 'preact/hooks';
import type { CatalogEntry } from '../../contract/schemas/failure';
import { type ApiProblem, callApi } from '../service/http';

export interface FoundEntries {
  readonly entries?: readonly CatalogEntry[];
  readonly problem?: ApiProblem;
}

/** What the service's catalog says of an error, by its code or by one of Runway's; without a code of all of them. */
export function useCatalog(code?: string): FoundEntries {
  const [found, setFound] = useState<FoundEntries>({});
  useEffect(() => {
    const end = new AbortController();
    const path = code === undefined ? 'v1/errors' : `v1/errors/${encodeURIComponent(code)}`;
    setFound({});
    callApi<FoundEntries>(path, { signal: end.signal }).then(setFound, (error: unknown) => {
      if (!end.signal.aborted) setFound({ problem: error as ApiProblem });
    });
    return () => end.abort();
  }, [code]);
  return found;
}
