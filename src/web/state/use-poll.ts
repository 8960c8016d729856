import { useEffect, useRef } from 'preact/hooks';

/**
 * Calls `poll` now, and again `everyMs` after it has ended, while the page is visible: a hidden tab asks
 * nothing, and one that comes back asks at once.
 */
export function usePoll(poll: (signal: AbortSignal) => Promise<void>, everyMs: number, enabled = true): void {
  const latest = useRef(poll);
  latest.current = poll;
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
