import { useEffect, useRef } from 'preact/hooks';

/**
 * Calls `look` now, and again `everyMs` after it has ended, while somebody looks at the page: a hidden tab asks
 * nothing, and one that comes back asks at once.
 */
export function usePoll(look: (signal: AbortSignal) => Promise<void>, everyMs: number, enabled = true): void {
  const latest = useRef(look);
  latest.current = look;
  useEffect(() => {
    if (!enabled) return;
    const end = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let busy = false;
    const run = async () => {
      if (busy || document.hidden) return;
      busy = true;
      clearTimeout(timer);
      await latest.current(end.signal).catch(() => undefined);
      busy = false;
      if (!end.signal.aborted) timer = setTimeout(() => void run(), everyMs);
    };
    const onVisible = () => void run();
    document.addEventListener('visibilitychange', onVisible);
    void run();
    return () => {
      end.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [everyMs, enabled]);
}
