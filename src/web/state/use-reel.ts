import { useEffect, useState } from 'preact/hooks';
import type { Reel } from '../../contract/schemas/reel';
import { type ApiProblem, callApi, ROOT } from '../service/http';

export interface WatchedReel {
  readonly reel?: Reel;
  /** Why there is no reel, or why what is shown may be old. */
  readonly problem?: ApiProblem;
  /** Takes in what an action answered, before the stream tells it. */
  readonly show: (reel: Reel) => void;
}

const AGAIN_MS = 3_000;

/** A reel, live until its end: by the event stream, and by asking where a stream does not come through. */
export function useReel(id: string): WatchedReel {
  const [reel, setReel] = useState<Reel>();
  const [problem, setProblem] = useState<ApiProblem>();

  useEffect(() => {
    setReel(undefined);
    setProblem(undefined);
    const end = new AbortController();
    let stream: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (next: Reel) => {
      setReel(next);
      setProblem(undefined);
      if (isEnded(next)) stream?.close();
    };
    const read = async () => {
      clearTimeout(timer);
      try {
        const found = await callApi<Reel>(pathOf(id), { signal: end.signal });
        show(found);
        if (!isEnded(found)) listen();
      } catch (error) {
        if (end.signal.aborted) return;
        const found = error as ApiProblem;
        setProblem(found);
        // A reel that is not there does not come; everything else may pass.
        if (found.status !== 404 && found.status !== 401) lookAgain();
      }
    };
    const lookAgain = () => {
      clearTimeout(timer);
      timer = setTimeout(() => void read(), AGAIN_MS);
    };
    const listen = () => {
      stream?.close();
      stream = new EventSource(new URL(`${pathOf(id)}/events`, ROOT));
      stream.addEventListener('reel', (event) => {
        clearTimeout(timer);
        show(JSON.parse(event.data as string) as Reel);
      });
      stream.addEventListener('error', () => {
        // The browser connects again by itself after a break, but gives up at an answer that is no stream.
        if (stream?.readyState === EventSource.CLOSED) lookAgain();
        else timer = setTimeout(() => void read(), AGAIN_MS);
      });
    };
    void read();
    return () => {
      end.abort();
      clearTimeout(timer);
      stream?.close();
    };
  }, [id]);

  return { reel, problem, show: setReel };
}

export function pathOf(id: string): string {
  return `v1/reels/${encodeURIComponent(id)}`;
}

/** `needs_decision` is no end. */
export function isEnded({ status }: Reel): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'cancelled';
}
