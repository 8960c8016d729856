/** All reels of the caller. */
import { useEffect, useRef } from 'preact/hooks';
import type { Gallery as GalleryState } from '../state/use-gallery';
import { Button } from '../ui/button';
import { Icon } from '../ui/icon';
import { Notice } from '../ui/notice';
import { whenNear } from '../ui/when-near';
import { ReelCard } from './reel-card';

const STATUSES = [
  { value: '', label: 'All' },
  { value: 'queued', label: 'Accepted' },
  { value: 'in_progress', label: 'Being made' },
  { value: 'needs_decision', label: 'Needs you' },
  { value: 'succeeded', label: 'Ready' },
  { value: 'failed', label: 'Not made' },
  { value: 'cancelled', label: 'Stopped' },
];

export function Gallery({ gallery }: { readonly gallery: GalleryState }) {
  const { filter, setFilter, reels, loading, problem, loadMore } = gallery;
  const filtered = filter.status !== '' || filter.search.trim() !== '';
  return (
    <section class="gallery" aria-labelledby="gallery-title">
      <div class="gallery-head">
        <h2 id="gallery-title" tabIndex={-1}>
          Your reels
        </h2>
        <div class="search">
          <Icon name="search" />
          <input
            type="search"
            aria-label="Search by words or by Operation ID"
            placeholder="Words or Operation ID"
            value={filter.search}
            onInput={(event) => setFilter({ ...filter, search: event.currentTarget.value })}
          />
        </div>
        <select
          aria-label="Show"
          value={filter.status}
          onChange={(event) => setFilter({ ...filter, status: event.currentTarget.value })}
        >
          {STATUSES.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </div>
      {problem && <Notice tone="bad">{problem.message}</Notice>}
      {reels.length > 0 && (
        <ul class="cards">
          {reels.map((reel) => (
            <ReelCard key={reel.id} reel={reel} onDeleted={gallery.remove} />
          ))}
        </ul>
      )}
      {reels.length === 0 && !loading && !problem && (
        <div class="empty">
          <Icon name="film" />
          <p>
            {filtered
              ? 'No reel is like that.'
              : 'Your reels will be here. Write what the first one should show.'}
          </p>
        </div>
      )}
      <p class="gallery-foot" role="status">
        {loading && <span class="hint">Loading…</span>}
      </p>
      {loadMore && (
        <>
          <Sentinel key={reels.length} onSeen={loadMore} />
          <Button onClick={loadMore}>Show more</Button>
        </>
      )}
    </section>
  );
}

/** Loads the next page before the reader comes to the end of this one. */
function Sentinel({ onSeen }: { readonly onSeen: () => void }) {
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef(onSeen);
  latest.current = onSeen;
  useEffect(() => {
    return place.current ? whenNear(place.current, '900px', () => latest.current()) : undefined;
  }, []);
  return <div ref={place} aria-hidden="true" />;
}
