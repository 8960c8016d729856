/** Which view the address asks for. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ROOT } from '../service/http';

export type Route =
  | { readonly view: 'home' }
  | { readonly view: 'reel'; readonly id: string }
  | { readonly view: 'errors' }
  | { readonly view: 'error'; readonly code: string }
  | { readonly view: 'unknown' };

function parseRoute(path: string): Route {
  const [first = '', second = '', ...more] = path.split('/').filter(Boolean);
  if (first === '') return { view: 'home' };
  if (more.length > 0) return { view: 'unknown' };
  if (first === 'reels') return second === '' ? { view: 'home' } : { view: 'reel', id: decode(second) };
  if (first === 'errors') return second === '' ? { view: 'errors' } : { view: 'error', code: decode(second) };
  return { view: 'unknown' };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function reelHref(id: string): string {
  return new URL(`reels/${encodeURIComponent(id)}`, ROOT).href;
}

export function errorHref(code: string): string {
  return new URL(`errors/${encodeURIComponent(code)}`, ROOT).href;
}

export const HOME_HREF = ROOT.href;
export const ERRORS_HREF = new URL('errors', ROOT).href;

const moved = new EventTarget();

let hasMoved = false;

/** Whether the view was reached from another one. The first one leaves the focus where the browser has it. */
export function isReachedByLink(): boolean {
  return hasMoved;
}

/** The place on the page is kept with the address, for the way back. */
interface Place {
  readonly y?: number;
}

export function navigate(href: string): void {
  history.replaceState({ y: scrollY } satisfies Place, '');
  history.pushState({}, '', href);
  moved.dispatchEvent(new Event('moved'));
}

export function useRoute(): Route {
  const [path, setPath] = useState(currentPath);
  useEffect(() => {
    history.scrollRestoration = 'manual';
    const go = (y: number) => {
      hasMoved = true;
      setPath(currentPath());
      // After the view has been drawn.
      requestAnimationFrame(() => scrollTo({ top: y, behavior: 'instant' }));
    };
    const forward = () => go(0);
    const back = () => go((history.state as Place | null)?.y ?? 0);
    moved.addEventListener('moved', forward);
    addEventListener('popstate', back);
    return () => {
      moved.removeEventListener('moved', forward);
      removeEventListener('popstate', back);
    };
  }, []);
  return parseRoute(path);
}

function currentPath(): string {
  return location.pathname.slice(ROOT.pathname.length);
}

interface LinkProps {
  readonly href: string;
  readonly class?: string;
  readonly 'aria-label'?: string;
  readonly children: ComponentChildren;
  /** After the view has been drawn. */
  readonly onArrival?: () => void;
}

/** A link within the page: without a new load, unless the reader wants another tab. */
export function Link({ href, children, onArrival, ...rest }: LinkProps) {
  return (
    <a
      {...rest}
      href={href}
      onClick={(event) => {
        if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        navigate(href);
        // The view itself goes to its top one frame after it is drawn.
        if (onArrival) requestAnimationFrame(() => requestAnimationFrame(onArrival));
      }}
    >
      {children}
    </a>
  );
}
